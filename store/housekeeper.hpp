#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "store/loss.hpp"
#include "store/merging.hpp"
#include "store/retention.hpp"
#include "store/slices.hpp"
#include "store/sorter.hpp"
#include "store/tables.hpp"
#include "store/tail.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

// What the store does between commits, a slice at a time: seals the tail into chunks, merges these, deletes what is old, gives free pages
// back. It computes alone and writes only through a chore, which rides in the next commit of samples. Used by Ledger on the store thread.
// Its methods throw what SQLite throws, but damage that concerns samples alone ends as a loss.
namespace holdup::store {

inline constexpr std::size_t most_samples_a_pack = 65'536;  // in the tail

struct Rules {
  Retention retention{};
  std::int64_t seal_after = 128;
};

class Housekeeper {
 public:
  /// Reads where the file stands; `tail` is what its journal holds.
  Housekeeper(SQLite::Database& file, Tail& tail, Sorter& sorter, const Rules& rules);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  /// A journal row is durable, or was there at opening. `newest_ms`: UTC of its last batch.
  void note_row(std::int64_t seq, bool key, std::int64_t newest_ms);
  /// Told and written at the next opportunity.
  void note_loss(Loss loss);
  /// … which is in the file already.
  void tell_loss(Loss loss);

  /// A slice of some 0.1 ms, at most 1; false: nothing more to do before the next commit.
  bool step();
  /// So much waits that samples should rather wait too.
  [[nodiscard]] bool behind() const;
  [[nodiscard]] bool chore_waits() const { return static_cast<bool>(chore_); }
  /// Within a transaction of whoever commits.
  void write_chore();
  /// … which is durable now.
  void chore_done();
  /// … which met damage where it wrote. False where samples cannot be kept without it: the file is then to be set aside.
  [[nodiscard]] bool chore_failed(const std::string& why);

  [[nodiscard]] std::vector<Loss> take_losses() { return std::exchange(losses_, {}); }
  [[nodiscard]] std::uint64_t lost_samples() const { return lost_samples_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return file_bytes_; }

 private:
  /// In the order of their turns: what makes room comes before what tidies up.
  enum class Task : std::uint8_t { seal, trim, note, convert, expire, shrink, merge, vacuum };
  struct Ripe {  // small chunks to be merged
    std::int64_t pack = 0, window = 0;
  };

  [[nodiscard]] bool begin_job();
  [[nodiscard]] bool look();
  bool begin(Task task, Slices job);
  void damaged(const std::string& why);

  // Housekeeping itself, in chores.cpp.
  [[nodiscard]] Slices seal();
  [[nodiscard]] Slices encode(std::int64_t pack, Tail::Lanes lanes, std::vector<NewChunk>& into);
  [[nodiscard]] Slices trim(std::int64_t before);
  [[nodiscard]] Slices note();
  [[nodiscard]] Slices convert();
  [[nodiscard]] Slices merge_window(Ripe of);
  [[nodiscard]] Slices expire(std::int64_t now_ms);
  [[nodiscard]] Slices expire_undated(std::int64_t now_ms);
  [[nodiscard]] Slices shrink();
  [[nodiscard]] Slices vacuum();

  struct Touching {  // rows that a chore writes to
    std::string table;
    std::vector<std::int64_t> rows;
  };
  void propose(std::function<void()> chore, Touching touching = {});
  void put_aside(const std::vector<Piece>& pieces, const std::string& why);
  [[nodiscard]] bool has_old(std::int64_t now_ms);
  void lose_for_room(const Old& old);
  [[nodiscard]] std::optional<std::int64_t> trimmable() const;
  [[nodiscard]] std::optional<Ripe> ripe();
  [[nodiscard]] bool crowded() const;
  [[nodiscard]] bool too_large() const { return file_bytes_ > rules_.retention.max_bytes; }
  [[nodiscard]] bool many_free_pages();
  void measure();

  SQLite::Database& file_;
  Tail& tail_;
  Sorter& sorter_;
  Rules rules_;
  Present present_;
  std::int64_t written_present_ms_ = 0, writing_present_ms_ = 0;  // as the file has it, and after the chore

  Task task_ = Task::seal;
  Slices job_;
  std::function<void()> chore_;
  Touching touching_;
  std::map<std::string, RowSet> unreadable_;  // by table: rows that met damage; left alone
  std::set<Task> refused_;                    // met damage that no row explains

  std::int64_t last_seq_ = 0;
  std::int64_t newest_ms_ = 0;     // of the last batch
  std::deque<std::int64_t> keys_;  // key rows of the journal
  std::int64_t level0_ = 0;        // chunks
  std::int64_t packs_ = 0;
  bool converting_ = false;    // samples of format 1 are left
  std::uint32_t commits_ = 0;  // since age and size were looked at
  std::set<Task> to_look_;     // … what is still to be looked at
  std::int64_t room_row_ = 0;  // of `loss`: what max_bytes cost in this run
  std::unique_ptr<SQLite::Statement> pages_, free_pages_, newest_pack_, has_old_, small_chunks_;  // asked often
  std::int64_t page_size_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::vector<Loss> losses_;     // to be told
  std::vector<Loss> unwritten_;  // to be written
  std::uint64_t lost_samples_ = 0;
};

}  // namespace holdup::store
