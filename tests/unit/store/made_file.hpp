#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ground/quality.hpp"
#include "store/codec/journal.hpp"
#include "store/reader.hpp"

// A store file made by hand, without the writer: rows of the journal, chunks of either level and summaries as a test wants them, beside a
// plain list of every sample that a reader should find.
namespace holdup::store::test {

class MadeFile {
 public:
  struct Sample {
    std::int64_t series = 0, utc_ms = 0, seq = 0, age_ms = 0;
    double value = 0;
    ground::Quality quality = ground::Quality::good;
  };

  explicit MadeFile(const std::string& path);

  std::int64_t add_pack(const std::string& device);
  std::int64_t add_series(std::int64_t pack, const record::Series& series);
  /// One journal row; its seq.
  std::int64_t commit(const std::vector<codec::JournalBatch>& batches, bool key = false);
  /// What the pack has in the journal becomes a chunk of level 0.
  void seal(std::int64_t pack);
  /// The pack's chunks of level 0 become one of level 1 for each window of two hours, with its minutes and hours.
  void merge(std::int64_t pack);
  /// The journal's rows that every pack has in its chunks go, those before this key row.
  void trim();
  /// One byte in the middle of the body is another one.
  void damage(const std::string& table, const std::string& key, std::int64_t row);

  [[nodiscard]] SQLite::Database& file() { return file_; }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  /// By time, then in order of recording.
  [[nodiscard]] std::vector<Sample> expected(std::int64_t series, std::int64_t from_ms, std::int64_t to_ms) const;

 private:
  void insert_chunk(std::int64_t pack, int level, std::vector<Sample> samples);
  void insert_summaries(std::int64_t pack, std::int64_t span_ms, const std::vector<Sample>& samples);

  SQLite::Database file_;
  codec::JournalWriter writer_;
  std::vector<Sample> samples_;
  std::map<std::int64_t, std::int64_t> pack_of_;         // by series
  std::map<std::int64_t, std::int64_t> sealed_;          // by pack
  std::map<std::int64_t, std::vector<Sample>> waiting_;  // in the pack's chunks of level 0
  std::int64_t last_key_ = 0;
  std::int64_t seq_ = 0;
};

}  // namespace holdup::store::test
