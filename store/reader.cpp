#include "store/reader.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "store/opening.hpp"
#include "store/packing.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr int busy_timeout_ms = 2000;

struct DamagedRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The edge where exceptions end.
template <class Read>
auto guarded(const Read& read) -> ground::Result<decltype(read())> {
  try {
    return read();
  } catch (const DamagedRow& error) {
    return Failure{FailureKind::malformed, error.what()};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

std::int64_t ns(ground::Utc time) { return time.time_since_epoch().count(); }

ground::Utc utc_at(const SQLite::Column& column) { return ground::Utc{ground::Duration{column.getInt64()}}; }

StoredEvent event_of(SQLite::Statement& row) {
  auto event = record::event_from_json(row.getColumn(1).getString());
  const std::int64_t seq = row.getColumn(0).getInt64();
  if (!event) throw DamagedRow{"event " + std::to_string(seq) + ": " + event.error().what};
  event->time = utc_at(row.getColumn(2));  // the JSON has milliseconds only
  event->durable = true;
  return {seq, std::move(*event)};
}

std::vector<StoredEvent> events_of(SQLite::Statement& find) {
  std::vector<StoredEvent> out;
  while (find.executeStep()) out.push_back(event_of(find));
  return out;
}

Point point_of(const SQLite::Column& time, const SQLite::Column& samples, std::int64_t position) {
  const std::string_view bytes{static_cast<const char*>(samples.getBlob()), static_cast<std::size_t>(samples.getBytes())};
  const auto sample = unpack(bytes, position);
  if (!sample) throw DamagedRow{"a batch holds fewer samples than its shape"};
  return {utc_at(time), sample->value, sample->quality};
}

std::string matching_series_sql(bool named, std::size_t labels) {
  std::string sql = "SELECT row, name FROM series WHERE 1";
  if (named) sql += " AND name = ?";
  for (std::size_t i = 0; i < labels; ++i) sql += " AND row IN (SELECT series FROM label WHERE name = ? AND value = ?)";
  return sql + " ORDER BY row";
}

std::vector<record::Label> labels_of(SQLite::Statement& find, std::int64_t row) {
  std::vector<record::Label> out;
  find.bind(1, row);
  while (find.executeStep()) out.emplace_back(find.getColumn(0).getString(), find.getColumn(1).getString());
  find.reset();
  return out;
}

std::vector<StoredSeries> matching_series(SQLite::Database& file, std::string_view name, const std::vector<record::Label>& labels) {
  SQLite::Transaction snapshot{file};
  SQLite::Statement find{file, matching_series_sql(!name.empty(), labels.size())};
  int parameter = 0;
  if (!name.empty()) find.bind(++parameter, std::string{name});
  for (const auto& [key, value] : labels) {
    find.bind(++parameter, key);
    find.bind(++parameter, value);
  }
  SQLite::Statement find_labels{file, "SELECT name, value FROM label WHERE series = ? ORDER BY name"};
  std::vector<StoredSeries> out;
  while (find.executeStep()) {
    const std::int64_t row = find.getColumn(0).getInt64();
    out.push_back({row, {find.getColumn(1).getString(), labels_of(find_labels, row)}});
  }
  return out;
}

// `find` has (series, from, to); the newest of all shapes that hold the series.
std::optional<Point> newest(SQLite::Statement& find, std::int64_t row) {
  find.bind(1, row);
  std::optional<Point> out;
  if (find.executeStep()) out = point_of(find.getColumn(0), find.getColumn(1), find.getColumn(2).getInt64());
  find.reset();
  return out;
}

std::vector<std::optional<Point>> newest_of(SQLite::Database& file, std::span<const std::int64_t> rows, Range within) {
  SQLite::Transaction snapshot{file};
  // One seek a shape, then the newest of those.
  SQLite::Statement find{file,
                         "SELECT b.utc_ns, b.samples, m.position FROM member m JOIN batch b ON b.row = (SELECT row FROM batch "
                         "WHERE shape = m.shape AND utc_ns BETWEEN ?2 AND ?3 ORDER BY utc_ns DESC, row DESC LIMIT 1) "
                         "WHERE m.series = ?1 ORDER BY b.utc_ns DESC, b.row DESC LIMIT 1"};
  find.bind(2, ns(within.from));
  find.bind(3, ns(within.to));
  std::vector<std::optional<Point>> out;
  for (const auto row : rows) out.push_back(newest(find, row));
  return out;
}

}  // namespace

Reader::Reader(std::unique_ptr<SQLite::Database> file) : file_{std::move(file)} {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

ground::Result<Reader> Reader::open(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return Failure{FailureKind::refused, path + ": no such store"};
  try {
    auto file = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, busy_timeout_ms);
    const auto owner = owner_of(*file);
    if (!owner) return owner.error();
    if (*owner == Owner::nobody) return Failure{FailureKind::refused, path + " is empty, not a holdup store"};
    return Reader{std::move(file)};
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    failure.what = path + ": " + failure.what;
    return failure;
  }
}

ground::Result<Reader> Reader::open_damaged(const std::string& path) {
  try {
    auto file = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, busy_timeout_ms);
    file->exec("PRAGMA writable_schema = ON");  // SQLite then opens a file that is shorter than its header says; nothing is written
    return Reader{std::move(file)};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

ground::Result<std::vector<StoredEvent>> Reader::events(std::int64_t after_seq, std::size_t limit) {
  return guarded([&] {
    SQLite::Statement find{*file_, "SELECT seq, json, utc_ns FROM event WHERE seq > ? ORDER BY seq LIMIT ?"};
    find.bind(1, after_seq);
    find.bind(2, static_cast<std::int64_t>(limit));
    return events_of(find);
  });
}

ground::Result<std::vector<StoredEvent>> Reader::incident(std::string_view id) {
  return guarded([&] {
    SQLite::Statement find{*file_, "SELECT seq, json, utc_ns FROM event WHERE incident = ? ORDER BY seq"};
    find.bind(1, std::string{id});
    return events_of(find);
  });
}

ground::Result<std::optional<std::int64_t>> Reader::seq_of(std::string_view event_id) {
  return guarded([&]() -> std::optional<std::int64_t> {
    SQLite::Statement find{*file_, "SELECT seq FROM event WHERE id = ?"};
    find.bind(1, std::string{event_id});
    if (!find.executeStep()) return std::nullopt;
    return find.getColumn(0).getInt64();
  });
}

ground::Result<std::int64_t> Reader::last_seq() {
  return guarded([&] { return std::int64_t{file_->execAndGet("SELECT coalesce(max(seq), 0) FROM event").getInt64()}; });
}

ground::Result<std::vector<StoredSeries>> Reader::series(std::string_view name, const std::vector<record::Label>& labels) {
  return guarded([&] { return matching_series(*file_, name, labels); });
}

ground::Result<std::vector<Point>> Reader::range(std::int64_t series_row, Range range) {
  return guarded([&] {
    SQLite::Statement find{*file_,
                           "SELECT b.utc_ns, b.samples, m.position FROM member m JOIN batch b ON b.shape = m.shape "
                           "WHERE m.series = ? AND b.utc_ns BETWEEN ? AND ? ORDER BY b.utc_ns, b.row"};
    find.bind(1, series_row);
    find.bind(2, ns(range.from));
    find.bind(3, ns(range.to));
    std::vector<Point> out;
    while (find.executeStep()) out.push_back(point_of(find.getColumn(0), find.getColumn(1), find.getColumn(2).getInt64()));
    return out;
  });
}

ground::Result<std::vector<std::optional<Point>>> Reader::instant(std::span<const std::int64_t> rows, ground::Utc at,
                                                                  ground::Duration lookback) {
  const Range within{.from = at - lookback + ground::Duration{1}, .to = at};
  return guarded([&] { return newest_of(*file_, rows, within); });
}

ground::Result<std::optional<std::vector<std::uint8_t>>> Reader::blob(std::string_view kind, std::string_view key) {
  return guarded([&]() -> std::optional<std::vector<std::uint8_t>> {
    SQLite::Statement find{*file_, "SELECT bytes FROM blob WHERE kind = ? AND key = ?"};
    find.bind(1, std::string{kind});
    find.bind(2, std::string{key});
    if (!find.executeStep()) return std::nullopt;
    const auto column = find.getColumn(0);
    const auto* bytes = static_cast<const std::uint8_t*>(column.getBlob());
    return std::vector<std::uint8_t>(bytes, bytes + column.getBytes());
  });
}

ground::Result<std::optional<std::int64_t>> Reader::cursor(std::string_view name) {
  return guarded([&]() -> std::optional<std::int64_t> {
    SQLite::Statement find{*file_, "SELECT position FROM cursor WHERE name = ?"};
    find.bind(1, std::string{name});
    if (!find.executeStep()) return std::nullopt;
    return find.getColumn(0).getInt64();
  });
}

}  // namespace holdup::store
