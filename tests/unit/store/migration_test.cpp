#include "store/migration.hpp"

#include "catch.hpp"
#include "house.hpp"
#include "made_file.hpp"
#include "store/crc.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;
using namespace std::chrono_literals;

namespace {

// As the first version of holdup laid its files out.
constexpr const char* format_1_sql = R"sql(
CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, boot TEXT NOT NULL, mono_ns INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL, incident TEXT NOT NULL, json TEXT NOT NULL);
CREATE INDEX event_of_incident ON event(incident, seq);
CREATE TABLE series(row INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE INDEX series_by_name ON series(name);
CREATE TABLE label(series INTEGER NOT NULL REFERENCES series(row), name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY(series, name)) WITHOUT ROWID;
CREATE INDEX label_by_value ON label(name, value, series);
CREATE TABLE shape(row INTEGER PRIMARY KEY, members TEXT NOT NULL UNIQUE);
CREATE TABLE member(series INTEGER NOT NULL REFERENCES series(row), shape INTEGER NOT NULL REFERENCES shape(row),
  position INTEGER NOT NULL, PRIMARY KEY(series, shape)) WITHOUT ROWID;
CREATE TABLE boot(row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE batch(row INTEGER PRIMARY KEY, shape INTEGER NOT NULL REFERENCES shape(row), boot INTEGER NOT NULL REFERENCES boot(row),
  mono_ns INTEGER NOT NULL, utc_ns INTEGER NOT NULL, samples BLOB NOT NULL);
CREATE INDEX batch_by_time ON batch(shape, utc_ns, row);
CREATE TABLE blob(row INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL, UNIQUE(kind, key));
CREATE TABLE cursor(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = 1212957776;
PRAGMA user_version = 1;
INSERT INTO boot(row, id) VALUES(1, '3f2a91c0');
INSERT INTO blob(kind, key, bytes) VALUES('capture', 'c1', x'0102');
INSERT INTO cursor(name, position) VALUES('forward', 5);
)sql";

void add_events(SQLite::Database& file, int count) {
  SQLite::Statement add{file, "INSERT INTO event(id, boot, mono_ns, utc_ns, incident, json) VALUES(?, '3f2a91c0', ?, ?, '3f2a91c0-1', ?)"};
  for (int n = 1; n <= count; ++n) {
    add.bind(1, event(n).id);
    add.bind(2, std::int64_t{event(n).at.time_since_epoch().count()});
    add.bind(3, std::int64_t{event(n).time.time_since_epoch().count()});
    add.bind(4, record::to_json(event(n)));
    add.exec();
    add.reset();
  }
}

void add_series(SQLite::Database& file, std::size_t count) {
  std::string members;
  for (std::size_t i = 0; i < count; ++i) {
    const auto series = Poll::series(i);
    const auto row = std::to_string(i + 1);
    file.exec("INSERT INTO series(row, text, name) VALUES(" + row + ", '" + series.text() + "', '" + series.name + "')");
    for (const auto& [name, value] : series.labels) file.exec("INSERT INTO label VALUES(" + row + ", '" + name + "', '" + value + "')");
    file.exec("INSERT INTO member VALUES(" + row + ", 1, " + std::to_string(i) + ")");
    members += (i == 0 ? "" : ",") + row;
  }
  file.exec("INSERT INTO shape VALUES(1, '" + members + "')");
}

void add_batches(SQLite::Database& file, const Work& work) {
  SQLite::Statement add{file, "INSERT INTO batch(shape, boot, mono_ns, utc_ns, samples) VALUES(1, 1, ?, ?, ?)"};
  for (const auto& batch : work.batches) {
    std::string bytes;
    for (const auto& sample : batch.samples) {
      const auto bits = std::bit_cast<std::uint64_t>(sample.value);
      for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(bits >> shift);
      bytes += static_cast<char>(sample.quality);
    }
    add.bind(1, std::int64_t{batch.at.time_since_epoch().count()});
    add.bind(2, std::int64_t{batch.time.time_since_epoch().count()});
    add.bind(3, bytes.data(), static_cast<int>(bytes.size()));
    add.exec();
    add.reset();
  }
}

ground::Utc three_days_ago() {
  return ground::Utc{std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now()).time_since_epoch()} - 72h;
}

// Of format 1: two hours, ages were not kept.
Poll make_old_file(const std::string& path, int replies) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  file.exec(format_1_sql);
  SQLite::Transaction transaction{file};
  Poll poll{three_days_ago(), 1, 40, Poll::Ages::no};
  add_events(file, 30);
  add_series(file, 40);
  add_batches(file, poll.next(replies));
  transaction.commit();
  poll.declare_again();
  return poll;
}

}  // namespace

TEST_CASE("a file of format 1 is brought forward: all that it holds reads as before, and it goes on") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  auto poll = make_old_file(path, 5000);
  House house{path};
  CHECK(house.count("PRAGMA user_version") == 3);
  auto reader = Reader::open(path);
  const auto events = reader->events(0, 100).value();
  REQUIRE(events.size() == 30);
  for (int n = 1; n <= 30; ++n) CHECK(record::to_json(events[static_cast<std::size_t>(n - 1)].event) == record::to_json(stored(event(n))));
  CHECK(reader->blob("capture", "c1").value() == std::vector<std::uint8_t>{1, 2});
  CHECK(reader->cursor("forward").value() == 5);
  for (int commit = 0; commit < 3; ++commit) {  // and what is recorded meanwhile
    house.commit(poll.next(1));
    REQUIRE(house.ledger().keep_house());
  }
  house.settle();
  CHECK(house.count("SELECT count(*) FROM sqlite_master WHERE name IN ('batch', 'shape', 'member')") == 0);
  CHECK(house.count("SELECT count(DISTINCT pack) FROM chunk") == 2);
  CHECK(house.count("SELECT min(seq) FROM journal") == 5001);
  CHECK(house.count("PRAGMA auto_vacuum") == 2);
  CHECK(house.losses().empty());
  for (const std::size_t series : {0U, 2U, 31U, 32U, 39U}) CHECK(differing(path, poll, series) == 0);
  CHECK(SQLite::Database{path}.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("a conversion that is interrupted goes on where it was, and nothing is there twice") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  auto poll = make_old_file(path, 4000);
  House house{path};
  for (int round = 0; house.count("SELECT count(*) FROM sqlite_master WHERE name = 'batch'") > 0; ++round) {
    REQUIRE(round < 100);
    for (int slice = 0; slice < 60 && !house.ledger().chore_waits(); ++slice) REQUIRE(house.ledger().keep_house());
    if (round % 2 == 1) REQUIRE(house.ledger().commit_chore());
    house.commit(poll.next(1));
    house.reopen();
  }
  house.settle();
  for (const std::size_t series : {0U, 2U, 39U}) CHECK(differing(path, poll, series) == 0);
}

TEST_CASE("a file of format 2 is brought forward: the rows of its journal are read, then sealed, and those of now follow them") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  std::vector<std::int64_t> series;
  {
    MadeFile made{path};
    const auto pack = made.add_pack("pdu-a");
    for (const char* index : {"1", "2", "3", "4"})
      series.push_back(made.add_series(pack, {"rack_power_watts", {{"device", "pdu-a"}, {"index", index}}}));
    // as holdup wrote them: three series and one, twice
    made.file().exec(
        "INSERT INTO journal(seq, body) VALUES(1, "
        "x'112302000302020280a0d5edee6604028098c296ed66100100010888a0d5edee66000000000011fa2300009c7500883ce4377e0b0012327665606f'), "
        "(2, x'011b0201ad90d5edee660000000000020404d6afd5edee660200000c00050f0013b9400365440863ba')");
    made.file().exec("PRAGMA user_version = 2");
  }
  REQUIRE(series == std::vector<std::int64_t>{1, 2, 3, 4});
  const auto values = [&] {
    std::vector<std::vector<double>> out;
    auto reader = Reader::open(path);
    REQUIRE(reader);
    for (const auto row : series) {
      out.emplace_back();
      for (const auto& point : reader->range(row, {ground::Utc{}, ground::Utc::max()}).value()) out.back().push_back(point.value);
    }
    return out;
  };
  const std::vector<std::vector<double>> expected{{230.1, 230.3}, {1e300, 7, 8}, {5, -4.125}, {0.25, 0.75}};
  CHECK(values() == expected);  // by a reader that comes before any daemon
  House house{path, {.retention = {.raw = std::chrono::days{10'000}}, .seal_after = 4}};
  CHECK(house.count("PRAGMA user_version") == 3);
  CHECK(values() == expected);
  Poll poll{three_days_ago(), 1, 40, Poll::Ages::yes};
  for (int commit = 0; commit < 10; ++commit) {
    house.commit(poll.next(1));
    if (commit == 2) house.reopen(), poll.declare_again();
    house.settle();
  }
  CHECK(house.count("SELECT count(*) FROM chunk WHERE pack = 1") > 0);
  CHECK(values() == expected);
  CHECK(differing(path, poll, 7) == 0);
  CHECK(house.losses().empty());
}

TEST_CASE("a damaged batch of an old file is noted as lost, the others are there") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  const auto poll = make_old_file(path, 100);
  SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("UPDATE batch SET samples = x'00' WHERE row = 50");
  House house{path};
  house.settle();
  REQUIRE(house.losses().size() == 1);
  CHECK(house.losses()[0].what == "batch 50");
  CHECK(house.losses()[0].samples == 40);
  CHECK(house.count("SELECT sum(samples) FROM chunk") == 40 * 99);
}
