#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "rig.hpp"
#include "store/aside.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;

namespace fs = std::filesystem;

namespace {

constexpr int rows = 350;  // several commits of what is taken over

void record_all(Store& store) {
  for (int n = 1; n <= rows; ++n) REQUIRE(store.append(event(n)));
  for (int n = 1; n <= rows; ++n) REQUIRE(store.append(audit(n)));
  for (int n = 1; n <= 5; ++n) REQUIRE(store.put({"capture", std::to_string(n), {1, 2, 3}}));
  store.append(batch(1, {1, 2}, Born::yes));
  REQUIRE(store.flush());
}

// So that the file must be set aside, and all but its samples can be read.
void ruin_journal(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  const int page = file.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").getInt();
  const int page_size = file.execAndGet("PRAGMA page_size").getInt();
  std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekp(std::streamoff{page - 1} * page_size);
  bytes << std::string(static_cast<std::size_t>(page_size), '\xFF') << std::flush;
}

void make_damaged(const std::string& path) {
  {
    Memory memory;
    auto store = open_store(path, memory);
    REQUIRE(store);
    record_all(*store);
  }
  ruin_journal(path);
}

std::size_t files_like(const Folder& folder, const std::string& part) {
  return static_cast<std::size_t>(std::ranges::count_if(fs::directory_iterator{folder.path()}, [&](const fs::directory_entry& entry) {
    return entry.path().filename().string().find(part) != std::string::npos;
  }));
}

// All that was told is there, once, in its order, and stands so to the next opening.
void check_rescued(const Folder& folder, const std::string& path) {
  auto reader = Reader::open(path);
  REQUIRE(reader);
  const auto events = reader->events(0, 5000).value();
  REQUIRE(events.size() == rows);
  for (int n = 1; n <= rows; ++n) CHECK(events[static_cast<std::size_t>(n - 1)].event.id == event(n).id);
  const auto flaw = reader->verify_audit();
  REQUIRE(flaw);
  CHECK_FALSE(*flaw);
  SQLite::Database file{path};
  CHECK(file.execAndGet("SELECT count(*) FROM audit").getInt() == rows);
  CHECK(file.execAndGet("SELECT count(*) FROM blob").getInt() == 5);
  CHECK(file.execAndGet("SELECT count(*) FROM loss WHERE what LIKE 'set aside: %'").getInt() == 1);
  CHECK(files_like(folder, ".damaged-") >= 1);
  CHECK(files_like(folder, ".unsaved") == 0);
}

struct Countdown {
  int commits = 0;
} countdown;

int count_down(void*) {
  if (--countdown.commits == 0) ::kill(::getpid(), SIGKILL);
  return 0;
}

int watch_commits(sqlite3* file, char**, const void*) {
  sqlite3_commit_hook(file, &count_down, nullptr);
  return SQLITE_OK;
}

// A process that opens the store and is killed at the nth commit; false: it came to its end before.
bool killed_at_commit(int nth, const std::string& path) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    countdown.commits = nth;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch_commits));
    Memory memory;
    const bool opened = open_store(path, memory).has_value();
    std::_Exit(opened ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return true;
  CHECK(WEXITSTATUS(status) == 0);
  return false;
}

}  // namespace

TEST_CASE("killed at any commit while a damaged file is replaced, the next start takes its events over") {
  int kills = 0;
  for (bool killed = true; killed; kills += killed) {
    CAPTURE(kills);
    const Folder folder{Folder::On::memory};
    const auto path = folder.file("r12.db");
    make_damaged(path);
    killed = killed_at_commit(kills + 1, path);
    if (killed) CHECK(files_like(folder, ".unsaved") >= 1);
    Memory memory;
    REQUIRE(open_store(path, memory));
    CHECK(memory.aside().size() == (killed ? 1 : 0));
    check_rescued(folder, path);
  }
  CHECK(kills > 2 * rows / 100);
}

TEST_CASE("killed again and again while a damaged file is replaced, nothing is taken over twice") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  make_damaged(path);
  for (int n = 1; killed_at_commit(n, path); ++n) REQUIRE(n < 100);
  check_rescued(folder, path);
}

TEST_CASE("where no new file can be begun beside a damaged one, a later start takes its events over") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  make_damaged(path);
  const auto bytes = GENERATE(0, 8192, 100'000, 150'000, 200'000);  // of the log: none, no tables, some of the events
  CAPTURE(bytes);
  {
    const FullDisk full{static_cast<rlim_t>(bytes)};
    Memory memory;
    auto store = open_store(path, memory);
    REQUIRE(store);
    CHECK(store->standing().degraded);
    CHECK(memory.aside().empty());
  }
  Memory memory;
  REQUIRE(open_store(path, memory));
  CHECK(memory.aside().size() == 1);
  check_rescued(folder, path);
}

TEST_CASE("a new file with room for what is new, and not for all that was set aside, is used, the rest comes later") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  {
    Memory memory;
    auto store = open_store(path, memory);
    REQUIRE(store);
    record_all(*store);
    REQUIRE(store->put({"capture", "large", std::vector<std::uint8_t>(3U << 20U, 7)}));
    REQUIRE(store->flush());
  }
  ruin_journal(path);
  {
    const FullDisk full{2U << 20U};
    Memory memory;
    auto store = open_store(path, memory);
    REQUIRE(store);
    CHECK(memory.await_degraded(false));
    REQUIRE(memory.aside().size() == 1);
    CHECK(memory.aside()[0].path.ends_with(".unsaved"));
    REQUIRE(store->append(event(rows + 1)));
    REQUIRE(store->put({"capture", "2", {9}}));
    CHECK(store->flush());
    CHECK(memory.told_ids() == std::vector{event(rows + 1).id});
  }
  Memory memory;
  REQUIRE(open_store(path, memory));
  CHECK(memory.aside().size() == 1);
  CHECK(files_like(folder, ".unsaved") == 0);
  CHECK(Reader::open(path)->events(0, 5000)->size() == rows + 1);
  SQLite::Database file{path};
  CHECK(file.execAndGet("SELECT length(bytes) FROM blob WHERE key = 'large'").getInt() == 3 << 20);
  CHECK(file.execAndGet("SELECT hex(bytes) FROM blob WHERE key = '2'").getString() == "09");  // what is newer stays
}

TEST_CASE("killed between the renaming of a damaged file and of its log, the next start finds what is in the log") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  const auto unsaved = path + ".damaged-20261126T060000Z.unsaved";
  {
    Memory memory;
    auto store = open_store(folder.file("other.db"), memory);
    REQUIRE(store);
    record_all(*store);
    fs::copy_file(folder.file("other.db"), unsaved);
    fs::copy_file(folder.file("other.db-wal"), path + "-wal");
  }
  REQUIRE(fs::file_size(path + "-wal") > 0);
  Memory memory;
  REQUIRE(open_store(path, memory));
  check_rescued(folder, path);
}

TEST_CASE("files set aside are taken over in the order of their time") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  for (const char* name : {"20261126T060000Z-2", "20261126T060000Z", "20261126T060000Z-10", "20261125T235959Z-3"})
    std::ofstream{path + ".damaged-" + name + ".unsaved"}.flush();
  std::ofstream{path + ".damaged-20261124T060000Z"}.flush();
  const auto found = unsaved_files(path);
  REQUIRE(found.size() == 4);
  CHECK(saved_name(found[0]) == path + ".damaged-20261125T235959Z-3");
  CHECK(saved_name(found[1]) == path + ".damaged-20261126T060000Z");
  CHECK(saved_name(found[2]) == path + ".damaged-20261126T060000Z-2");
  CHECK(saved_name(found[3]) == path + ".damaged-20261126T060000Z-10");
}
