#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "catch.hpp"
#include "rig.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;

namespace {

// Behind the back of whoever has the file open; the last write makes it look at the file again.
void ruin_root_page_of(const std::string& path, const std::string& table, bool touch = true) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  file.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const int page = file.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'").getInt();
  const int page_size = file.execAndGet("PRAGMA page_size").getInt();
  std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekp(std::streamoff{page - 1} * page_size);
  bytes << std::string(static_cast<std::size_t>(page_size), '\xFF') << std::flush;
  if (touch) file.exec("INSERT INTO blob(kind, key, bytes, crc) VALUES('test', 'touch', x'00', 0)");
}

}  // namespace

TEST_CASE("a full disk degrades the store, which keeps its events and tells them durable after it recovered by itself") {
  const Folder folder;
  Memory memory;
  auto store = open_store(folder.file("r12.db"), memory);
  REQUIRE(store->append(event(1)));
  REQUIRE(store->flush());
  {
    const FullDisk full{1024};
    store->append(batch(0, {1, 2}, Born::yes));
    for (int n = 2; n <= 50; ++n) REQUIRE(store->append(event(n)));
    REQUIRE(memory.await_degraded(true));
    CHECK(store->flush().has_error());
    CHECK(store->standing().degraded);
    CHECK_FALSE(store->standing().reason.empty());
    CHECK(store->standing().waiting_events == 49);
    CHECK(memory.told().size() == 1);
  }
  REQUIRE(memory.await_degraded(false));
  REQUIRE(store->flush());
  CHECK_FALSE(store->standing().degraded);
  REQUIRE(memory.told().size() == 50);
  auto reader = Reader::open(folder.file("r12.db"));
  CHECK(reader->events(0, 100)->size() == 50);
  CHECK(reader->series("", {})->size() == 2);
  CHECK(memory.aside().empty());
}

TEST_CASE("while the disk is full events beyond the bound are refused and old samples dropped and counted") {
  const Folder folder;
  Memory memory;
  auto settings = options(folder.file("r12.db"));
  settings.bounds = {.events = 5, .samples_span = std::chrono::seconds{10}};
  auto store = Store::open(settings, memory);
  const FullDisk full{1024};
  for (int n = 1; n <= 5; ++n) REQUIRE(store->append(event(n)));
  REQUIRE(memory.await_degraded(true));
  CHECK(store->append(event(6)).has_error());
  for (int second = 0; second < 30; ++second) store->append(batch(second, {1}, second == 0 ? Born::yes : Born::no));
  CHECK(store->standing().waiting_samples == 11);
  CHECK(store->standing().dropped_samples == 19);
}

TEST_CASE("a disk that is full at the start is no reason not to start") {
  const Folder folder;
  Memory memory;
  std::optional<Store> store;
  {
    const FullDisk full{1024};
    auto opened = open_store(folder.file("r12.db"), memory);
    REQUIRE(opened);
    store.emplace(std::move(*opened));
    CHECK(store->standing().degraded);
    REQUIRE(store->append(event(1)));
  }
  REQUIRE(memory.await_durable(1));
  CHECK(Reader::open(folder.file("r12.db"))->events(0, 10)->size() == 1);
}

TEST_CASE("a folder that cannot be made degrades the store until it can") {
  const Folder folder;
  std::ofstream{folder.file("spool")} << "in the way";
  Memory memory;
  auto store = open_store(folder.file("spool/r12.db"), memory);
  REQUIRE(store);
  CHECK(store->standing().degraded);
  CHECK(memory.reason().find("spool") != std::string::npos);
  REQUIRE(store->append(event(1)));
  std::filesystem::remove(folder.file("spool"));
  REQUIRE(memory.await_durable(1));
  CHECK_FALSE(store->standing().degraded);
}

TEST_CASE("closing a degraded store gives up after one attempt, and nothing unsaid was said durable") {
  const Folder folder;
  Memory memory;
  const FullDisk full{1024};
  {
    auto store = open_store(folder.file("r12.db"), memory);
    REQUIRE(store->append(event(1)));
  }
  CHECK(memory.told().empty());
}

TEST_CASE("damage met while writing sets the file aside, and the event is written to the new one") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  Memory memory;
  auto store = open_store(path, memory);
  for (int n = 1; n <= 20; ++n) REQUIRE(store->append(event(n)));
  for (int n = 1; n <= 3; ++n) REQUIRE(store->append(audit(n)));
  REQUIRE(store->put({"capture", "c1", {1, 2}}));
  REQUIRE(store->flush());
  ruin_root_page_of(path, "cursor");
  store->set({"forward", 1});
  REQUIRE(store->append(event(21)));
  for (int tries = 0; tries < 100 && store->flush().has_error(); ++tries) continue;
  REQUIRE(memory.aside().size() == 1);
  CHECK(memory.aside()[0].events_saved >= 20);
  CHECK(memory.aside()[0].audits_saved == 3);
  CHECK(memory.aside()[0].blobs_saved >= 1);
  CHECK_FALSE(store->standing().degraded);
  auto reader = Reader::open(path);
  CHECK(reader->events(0, 100)->size() == 21);
  CHECK(reader->cursor("forward").value() == 1);
  CHECK(reader->audit(0, 10)->size() == 3);
  CHECK_FALSE(reader->verify_audit().value());
  CHECK(reader->blob("capture", "c1").value() == std::vector<std::uint8_t>{1, 2});
  REQUIRE(store->append(audit(4)));
  REQUIRE(store->flush());
  CHECK_FALSE(reader->verify_audit().value());
}

TEST_CASE("events before and behind a page that does not read are both saved") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  {
    Memory memory;
    auto store = open_store(path, memory);
    for (int n = 1; n <= 1000; ++n) REQUIRE(store->append(event(n)));
  }
  std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
  const std::string middle = "3f2a91c0-500\"";
  const std::string text{std::istreambuf_iterator<char>{bytes}, {}};
  bytes.seekp(static_cast<std::streamoff>(text.find("{\"id\":\"" + middle) / 4096 * 4096));
  bytes << std::string(4096, '\xFF') << std::flush;
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  REQUIRE(memory.aside().size() == 1);
  CHECK(memory.aside()[0].events_saved >= 980);
  CHECK(memory.aside()[0].events_saved < 1000);
  const auto events = Reader::open(path)->events(0, 5000).value();
  CHECK(events.front().event.id == event(1).id);
  CHECK(events.back().event.id == event(1000).id);
}

TEST_CASE("whatever table of a closed file is damaged, the store opens, has its events and goes on") {
  const auto table = GENERATE("chunk", "summary", "loss", "meta", "series", "label", "pack", "boot", "journal", "cursor", "blob", "audit",
                              "chunk_by_age", "chunk_of_pack", "series_by_name");
  INFO(table);
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  {
    Memory memory;
    auto settings = options(path);
    settings.seal_after = 4;
    auto store = Store::open(settings, memory);
    for (int n = 1; n <= 20; ++n) {
      REQUIRE(store->append(event(n)));
      REQUIRE(store->append(audit(n)));
      store->append(batch(n, {1.0 * n, 2}, n == 1 ? Born::yes : Born::no));
      REQUIRE(store->flush());
    }
  }
  ruin_root_page_of(path, table, false);
  Memory memory;
  auto settings = options(path);
  settings.seal_after = 4;
  auto store = Store::open(settings, memory);
  REQUIRE(store);
  for (int n = 21; n <= 60; ++n) {
    REQUIRE(store->append(event(n)));
    store->append(batch(n, {1.0 * n, 2}, n == 21 ? Born::yes : Born::no));
    for (int tries = 0; tries < 100 && store->flush().has_error(); ++tries) continue;
  }
  CHECK_FALSE(store->standing().degraded);
  CHECK(memory.aside().size() <= 1);
  auto reader = Reader::open(path);
  REQUIRE(reader);
  const auto losses = memory.losses();
  const auto left = std::ranges::count_if(losses, [](const Loss& loss) { return loss.what.starts_with("set aside: "); });
  CHECK(left == static_cast<std::ptrdiff_t>(memory.aside().size()));
  if (left > 0) CHECK(SQLite::Database{path}.execAndGet("SELECT count(*) FROM loss WHERE what LIKE 'set aside: %'").getInt() == 1);
  CHECK(reader->events(0, 1000)->size() == 60);
}
