#include "store/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include "catch.hpp"
#include "rig.hpp"

#include "store/crc.hpp"
#include "store/reader.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;

TEST_CASE("an event is told durable after its commit and reads back as it was, to the nanosecond") {
  const Folder folder;
  Memory memory;
  auto store = open_store(folder.file("r12.db"), memory);
  REQUIRE(store);
  REQUIRE(store->append(event(1)));
  REQUIRE(memory.await_durable(1));
  auto reader = Reader::open(folder.file("r12.db"));
  const auto stored = reader->events(0, 10).value();
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].seq == 1);
  CHECK(stored[0].event.time == event(1).time);
  CHECK(stored[0].event.at == event(1).at);
  CHECK(stored[0].event.uncertainty == event(1).uncertainty);
  CHECK(stored[0].event.durable);
  CHECK(memory.told()[0].durable);
  CHECK(record::to_json(stored[0].event) == record::to_json(memory.told()[0]));
}

TEST_CASE("events keep the order of their append, are read in slices and counted from one") {
  const Folder folder;
  Memory memory;
  auto store = open_store(folder.file("r12.db"), memory);
  std::vector<std::string> ids;
  for (int n = 1; n <= 2500; ++n) {
    ids.push_back(event(n).id);
    REQUIRE(store->append(event(n)));
  }
  REQUIRE(store->flush());
  CHECK(memory.told_ids() == ids);
  auto reader = Reader::open(folder.file("r12.db"));
  CHECK(reader->last_seq().value() == 2500);
  std::vector<std::string> read;
  std::int64_t seq = 0;
  for (auto slice = reader->events(seq, 700).value(); !slice.empty(); slice = reader->events(seq, 700).value()) {
    for (const auto& stored : slice) read.push_back(stored.event.id);
    seq = slice.back().seq;
  }
  CHECK(read == ids);
  CHECK(reader->seq_of("3f2a91c0-42").value() == 42);
  CHECK_FALSE(reader->seq_of("3f2a91c0-9999").value());
  CHECK(reader->incident("3f2a91c0-1")->size() == 2500);
}

TEST_CASE("an event whose id is there already is told durable again but not written twice") {
  const Folder folder;
  Memory memory;
  for (int run = 0; run < 2; ++run) {
    auto store = open_store(folder.file("r12.db"), memory);
    REQUIRE(store->append(event(1)));
    REQUIRE(store->append(event(1)));
  }
  CHECK(memory.told().size() == 4);
  CHECK(Reader::open(folder.file("r12.db"))->events(0, 10)->size() == 1);
}

TEST_CASE("samples are committed without an event or a flush when their period is over") {
  const Folder folder;
  Memory memory;
  auto settings = options(folder.file("r12.db"));
  settings.sample_period = std::chrono::milliseconds{1};
  auto store = Store::open(settings, memory);
  store->append(batch(0, {1}, Born::yes));
  for (int n = 0; store->standing().waiting_samples > 0; ++n) std::this_thread::yield();  // only a hang misses the time-out of the test
  auto reader = Reader::open(folder.file("r12.db"));
  CHECK(reader->series("", {})->size() == 1);
}

TEST_CASE("what was queued is committed when the store is closed") {
  const Folder folder;
  Memory memory;
  {
    auto store = open_store(folder.file("r12.db"), memory);
    store->append(batch(0, {1, 2}, Born::yes));
    store->append(batch(1, {1, 2}, Born::no));
    for (int n = 1; n <= 3000; ++n) REQUIRE(store->append(event(n)));
    store->set({"forward", 17});
  }
  CHECK(memory.told().size() == 3000);
  auto reader = Reader::open(folder.file("r12.db"));
  CHECK(reader->last_seq().value() == 3000);
  const auto row = reader->series("", {{"index", "2"}}).value().at(0).row;
  CHECK(reader->range(row, {at_second(0), at_second(1)})->size() == 2);
  CHECK(reader->cursor("forward").value() == 17);
}

TEST_CASE("blobs and cursors are replaced by name, and absent ones are nothing") {
  const Folder folder;
  Memory memory;
  auto store = open_store(folder.file("r12.db"), memory);
  REQUIRE(store->put({"capture", "3f2a91c0-1", {1, 2, 3}}));
  REQUIRE(store->put({"capture", "3f2a91c0-1", {0, 255}}));
  REQUIRE(store->put({"capture", "empty", {}}));
  store->set({"forward", 1});
  store->set({"forward", -5});
  REQUIRE(store->flush());
  auto reader = Reader::open(folder.file("r12.db"));
  CHECK(reader->blob("capture", "3f2a91c0-1").value().value() == std::vector<std::uint8_t>{0, 255});
  CHECK(reader->blob("capture", "empty").value().value().empty());
  CHECK_FALSE(reader->blob("audit", "3f2a91c0-1").value());
  CHECK(reader->cursor("forward").value() == -5);
  CHECK_FALSE(reader->cursor("other").value());
}

TEST_CASE("audit records are durable after a flush, in a chain that goes on over a restart and shows each change") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  Memory memory;
  for (int run = 0; run < 2; ++run) {
    auto store = open_store(path, memory);
    for (int n = 1; n <= 3; ++n) REQUIRE(store->append(audit(3 * run + n)));
    REQUIRE(store->flush());
  }
  auto reader = Reader::open(path);
  const auto records = reader->audit(0, 10).value();
  REQUIRE(records.size() == 6);
  for (int n = 1; n <= 6; ++n) {
    const auto& [seq, record] = records[static_cast<std::size_t>(n - 1)];
    CHECK(seq == n);
    CHECK(record.time == audit(n).time);
    CHECK(record.at == audit(n).at);
    CHECK(record.actor == audit(n).actor);
    CHECK(record.json == audit(n).json);
  }
  CHECK_FALSE(reader->verify_audit().value());
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  file.exec("UPDATE audit SET actor = 'uid 0 (root)' WHERE seq = 2");
  CHECK(reader->verify_audit().value()->where == "audit record 2");
  file.exec("UPDATE audit SET actor = 'uid 1000 (alice)' WHERE seq = 2; DELETE FROM audit WHERE seq = 4");
  CHECK(reader->verify_audit().value());
}

TEST_CASE("audit records that wait are bounded, as events are") {
  const Folder folder;
  Intake intake{{.events = 2}};
  REQUIRE(intake.add(audit(1)));
  REQUIRE(intake.add(audit(2)));
  CHECK(intake.add(audit(3)).has_error());
  Work work = intake.take_urgent(10);
  CHECK(work.audits.size() == 2);
  CHECK_FALSE(intake.idle());
  intake.give_back(std::move(work));
  CHECK(intake.take_urgent(10).audits.size() == 2);
}

TEST_CASE("events and blobs carry the checksum of their bytes") {
  const Folder folder;
  Memory memory;
  {
    auto store = open_store(folder.file("r12.db"), memory);
    REQUIRE(store->append(event(1)));
    REQUIRE(store->put({"capture", "c1", {'1', '2', '3', '4', '5', '6', '7', '8', '9'}}));
  }
  SQLite::Database file{folder.file("r12.db")};
  CHECK(file.execAndGet("SELECT crc FROM blob").getInt64() == 0xCBF43926);
  const std::string json = file.execAndGet("SELECT json FROM event").getString();
  CHECK(file.execAndGet("SELECT crc FROM event").getInt64() == crc_of(json));
}

TEST_CASE("the standing tells what was recorded, written and is in use") {
  const Folder folder;
  Memory memory;
  auto store = open_store(folder.file("r12.db"), memory);
  CHECK(store->standing().samples == 0);
  for (int second = 0; second < 20; ++second) {
    store->append(batch(second, {1.5 * second, 2}, second == 0 ? Born::yes : Born::no));
    REQUIRE(store->flush());
  }
  const auto standing = store->standing();
  CHECK(standing.samples == 40);
  CHECK(standing.bytes_written >= 20 * 4120);
  CHECK(standing.bytes_written < 200 * 4120);
  CHECK(standing.file_bytes >= std::uint64_t{20} * 4096);
  CHECK(standing.log_bytes >= 20 * 4120);
  CHECK(standing.lost_samples == 0);
}
