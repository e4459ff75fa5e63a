#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "count.hpp"
#include "disk.hpp"
#include "store/aside.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

// A life in a file whose journal then reads no more: it must be set aside, and all but its samples can be read.
Life make_damaged(const std::string& path) {
  Witness witness{0};
  {
    auto store = Store::open(options(path, 0), witness);
    REQUIRE(store);
    live(*store, witness, {.rounds = 120});
    REQUIRE(settle(*store));
  }
  SQLite::Database file{path};
  const int page = file.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").getInt();
  const int page_size = file.execAndGet("PRAGMA page_size").getInt();
  std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekp(std::streamoff{page - 1} * page_size);
  bytes << std::string(static_cast<std::size_t>(page_size), '\xFF') << std::flush;
  return witness.life();
}

// A life under fault, which finds the file damaged, and a healthy one; false when the fault was not met.
bool replace_under(const Fault& fault, const std::string& path, std::vector<Life> lives) {
  auto& disk = Disk::installed();
  Witness under{1};
  disk.fail(fault);
  {
    auto store = Store::open(options(path, 1), under);
    REQUIRE(store);
    static_cast<void>(store->append(event_of(1, 1)));
    static_cast<void>(store->flush());
  }
  const bool met = disk.has_failed();
  disk.heal();
  lives.push_back(under.life());
  Witness healthy{2};
  {
    auto store = Store::open(options(path, 2), healthy);
    REQUIRE(store);
    CHECK(settle(*store));
  }
  CHECK(unsaved_files(path).empty());
  CHECK(integrity(path) == "ok");
  auto reader = Reader::open(path);
  REQUIRE(reader);
  for (const Life& life : lives)
    for (const auto& id : life.acknowledged) {
      CAPTURE(id);
      CHECK(reader->seq_of(id).value());
    }
  CHECK(SQLite::Database{path}.execAndGet("SELECT count(*) FROM loss WHERE what LIKE 'set aside: %'").getInt() == 1);
  return met;
}

void replace_under_each(const char* what, Fault fault, std::uint64_t stride) {
  const Folder folder;
  const auto damaged = folder.file("damaged.db"), path = folder.file();
  const std::vector<Life> lives{make_damaged(damaged)};
  REQUIRE(lives.front().acknowledged.size() == 120);
  std::size_t runs = 0;
  bool met = true;
  for (; met; fault.nth += stride, ++runs) {
    CAPTURE(fault.nth, fault.operations, fault.times);
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
      if (entry.path().string().starts_with(path)) std::filesystem::remove(entry.path());
    std::filesystem::copy_file(damaged, path);
    met = replace_under(fault, path, lives);
  }
  std::printf("%s: %zu runs, the last one clean\n", what, runs);
}

}  // namespace

TEST_CASE("from whichever operation on the disk fails while a damaged file is replaced, its events are there in the end") {
  replace_under_each("all operations fail beside a damaged file", {.operations = op_any, .times = for_ever}, stride(7));
  replace_under_each("any operation fails once beside a damaged file", {.operations = op_any}, stride(7));
  replace_under_each("a read fails twice beside a damaged file", {.operations = op_read, .times = 2}, stride(2));
}
