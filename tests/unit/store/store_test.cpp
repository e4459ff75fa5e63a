#include "store/store.hpp"

#include "catch.hpp"
#include "rig.hpp"
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
