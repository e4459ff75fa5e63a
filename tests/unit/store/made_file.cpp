#include "made_file.hpp"

#include <algorithm>
#include <utility>

#include "store/codec/chunk.hpp"
#include "store/codec/summary.hpp"
#include "store/schema.hpp"

namespace holdup::store::test {
namespace {

constexpr std::int64_t window_ms = 7'200'000;

std::int64_t floor_to(std::int64_t ms, std::int64_t step) { return ms - ((ms % step) + step) % step; }

void bind_bytes(SQLite::Statement& statement, int at, const codec::Bytes& bytes) {
  statement.bind(at, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

std::map<std::int64_t, std::vector<MadeFile::Sample>> by_series(const std::vector<MadeFile::Sample>& samples) {
  std::map<std::int64_t, std::vector<MadeFile::Sample>> out;
  for (const auto& sample : samples) out[sample.series].push_back(sample);
  return out;
}

codec::Times times_of(const std::vector<MadeFile::Sample>& samples) {
  codec::Times times;
  for (const auto& sample : samples) {
    times.utc_ms.push_back(sample.utc_ms);
    times.seq.push_back(sample.seq);
    times.age_ms.push_back(sample.age_ms);
  }
  times.stretches = {{.first_row = 0, .boot = 1, .offset_ms = 0}};
  return times;
}

}  // namespace

MadeFile::MadeFile(const std::string& path) : file_{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE} {
  file_.exec("PRAGMA auto_vacuum = INCREMENTAL");
  file_.exec("PRAGMA journal_mode = WAL");
  file_.exec("PRAGMA synchronous = OFF");
  file_.exec(schema_sql);
  file_.exec("PRAGMA application_id = " + std::to_string(application_id));
  file_.exec("PRAGMA user_version = " + std::to_string(format_version));
  file_.exec("INSERT INTO boot(row, id) VALUES(1, '3f2a91c0')");
}

std::int64_t MadeFile::add_pack(const std::string& device) {
  SQLite::Statement add{file_, "INSERT INTO pack(device, sealed) VALUES(?, 0)"};
  add.bind(1, device);
  add.exec();
  sealed_[file_.getLastInsertRowid()] = 0;
  return file_.getLastInsertRowid();
}

std::int64_t MadeFile::add_series(std::int64_t pack, const record::Series& series) {
  SQLite::Statement add{file_, "INSERT INTO series(text, name, pack) VALUES(?, ?, ?)"};
  add.bind(1, series.text());
  add.bind(2, series.name);
  add.bind(3, pack);
  add.exec();
  const auto row = file_.getLastInsertRowid();
  for (const auto& [name, value] : series.labels) {
    SQLite::Statement label{file_, "INSERT INTO label(series, name, value) VALUES(?, ?, ?)"};
    label.bind(1, row);
    label.bind(2, name);
    label.bind(3, value);
    label.exec();
  }
  pack_of_[row] = pack;
  return row;
}

std::int64_t MadeFile::commit(const std::vector<codec::JournalBatch>& batches, bool key) {
  key = key || seq_ == 0;
  ++seq_;
  if (key) last_key_ = seq_;
  SQLite::Statement add{file_, "INSERT INTO journal(seq, body) VALUES(?, ?)"};
  add.bind(1, seq_);
  bind_bytes(add, 2, writer_.write(batches, key));
  add.exec();
  for (const auto& batch : batches)
    for (std::size_t i = 0; i < batch.series.size(); ++i)
      samples_.push_back({batch.series[i], batch.utc_ms, seq_, batch.age_ms, batch.values[i], batch.qualities[i]});
  return seq_;
}

void MadeFile::seal(std::int64_t pack) {
  std::vector<Sample> part;
  for (const auto& sample : samples_)
    if (pack_of_[sample.series] == pack && sample.seq > sealed_[pack]) part.push_back(sample);
  SQLite::Transaction transaction{file_};
  insert_chunk(pack, 0, part);
  sealed_[pack] = seq_;
  file_.exec("UPDATE pack SET sealed = " + std::to_string(seq_) + " WHERE row = " + std::to_string(pack));
  transaction.commit();
  auto& waiting = waiting_[pack];
  waiting.insert(waiting.end(), part.begin(), part.end());
}

void MadeFile::merge(std::int64_t pack) {
  std::map<std::int64_t, std::vector<Sample>> windows;
  for (const auto& sample : std::exchange(waiting_[pack], {})) windows[floor_to(sample.utc_ms, window_ms)].push_back(sample);
  SQLite::Transaction transaction{file_};
  file_.exec("DELETE FROM chunk WHERE level = 0 AND pack = " + std::to_string(pack));
  for (const auto& [window, part] : windows) {
    insert_chunk(pack, 1, part);
    insert_summaries(pack, 60'000, part);
    insert_summaries(pack, 3'600'000, part);
  }
  transaction.commit();
}

void MadeFile::trim() {
  std::int64_t least = last_key_ - 1;
  for (const auto& [pack, sealed] : sealed_) least = std::min(least, sealed);
  if (least >= last_key_ - 1) file_.exec("DELETE FROM journal WHERE seq <= " + std::to_string(least));
}

void MadeFile::damage(const std::string& table, const std::string& key, std::int64_t row) {
  const auto where = " WHERE " + key + " = " + std::to_string(row);
  file_.exec("UPDATE " + table +
             " SET body = CAST(substr(body, 1, length(body) / 2) || CASE WHEN hex(substr(body, length(body) / 2 + 1, 1)) = '5A' "
             "THEN x'A5' ELSE x'5A' END || substr(body, length(body) / 2 + 2) AS BLOB)" +
             where);
}

std::vector<MadeFile::Sample> MadeFile::expected(std::int64_t series, std::int64_t from_ms, std::int64_t to_ms) const {
  std::vector<Sample> out;
  for (const auto& sample : samples_)
    if (sample.series == series && sample.utc_ms >= from_ms && sample.utc_ms <= to_ms) out.push_back(sample);
  std::stable_sort(out.begin(), out.end(), [](const Sample& a, const Sample& b) { return a.utc_ms < b.utc_ms; });
  return out;
}

// Series whose rows are the same share a block.
void MadeFile::insert_chunk(std::int64_t pack, int level, std::vector<Sample> samples) {
  if (samples.empty()) return;
  std::map<std::vector<std::pair<std::int64_t, std::int64_t>>, std::vector<std::vector<Sample>>> blocks;
  for (auto& [series, rows] : by_series(samples)) {
    std::vector<std::pair<std::int64_t, std::int64_t>> times;
    for (const auto& row : rows) times.emplace_back(row.utc_ms, row.seq);
    blocks[times].push_back(rows);
  }
  codec::ChunkWriter writer;
  for (const auto& [times, columns] : blocks) {
    writer.begin(times_of(columns[0]));
    for (const auto& rows : columns) {
      std::vector<double> values;
      std::vector<ground::Quality> qualities;
      for (const auto& row : rows) values.push_back(row.value), qualities.push_back(row.quality);
      writer.add(rows[0].series, values, qualities);
    }
  }
  const auto [first, last] = std::minmax_element(samples.begin(), samples.end(), [](auto& a, auto& b) { return a.utc_ms < b.utc_ms; });
  SQLite::Statement add{file_,
                        "INSERT INTO chunk(pack, level, from_ms, to_ms, from_seq, to_seq, samples, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"};
  add.bind(1, pack);
  add.bind(2, level);
  add.bind(3, first->utc_ms);
  add.bind(4, last->utc_ms);
  add.bind(5, samples.front().seq);
  add.bind(6, samples.back().seq);
  add.bind(7, static_cast<std::int64_t>(samples.size()));
  bind_bytes(add, 8, writer.finish());
  add.exec();
}

void MadeFile::insert_summaries(std::int64_t pack, std::int64_t span_ms, const std::vector<Sample>& samples) {
  codec::SummaryWriter writer{span_ms};
  std::int64_t from = INT64_MAX, to = INT64_MIN;
  for (auto& [series, rows] : by_series(samples)) {
    std::stable_sort(rows.begin(), rows.end(), [](const Sample& a, const Sample& b) { return a.utc_ms < b.utc_ms; });
    std::map<std::int64_t, codec::Summary> spans;
    for (const auto& row : rows) {
      if (row.quality != ground::Quality::good) continue;
      auto& span = spans[floor_to(row.utc_ms, span_ms)];
      if (span.count++ == 0) span.min = span.max = row.value;
      span.min = std::min(span.min, row.value);
      span.max = std::max(span.max, row.value);
      span.sum += row.value;
      span.last = row.value;
    }
    std::vector<codec::Summary> all;
    for (auto& [from_ms, span] : spans) {
      span.from_ms = from_ms;
      all.push_back(span);
      from = std::min(from, from_ms);
      to = std::max(to, from_ms + span_ms - 1);
    }
    if (!all.empty()) writer.add(series, all);
  }
  if (from > to) return;
  SQLite::Statement add{file_, "INSERT INTO summary(pack, span_ms, from_ms, to_ms, body) VALUES(?, ?, ?, ?, ?)"};
  add.bind(1, pack);
  add.bind(2, span_ms);
  add.bind(3, from);
  add.bind(4, to);
  bind_bytes(add, 5, writer.finish());
  add.exec();
}

}  // namespace holdup::store::test
