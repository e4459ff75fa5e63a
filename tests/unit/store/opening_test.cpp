#include "store/opening.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>

#include "catch.hpp"
#include "rig.hpp"
#include "store/backup.hpp"
#include "store/reader.hpp"
#include "store/schema.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void write_some(const std::string& path, int events) {
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  for (int n = 1; n <= events; ++n) REQUIRE(store->append(event(n)));
  REQUIRE(store->flush());
}

}  // namespace

TEST_CASE("the store makes its folder for its owner and group only") {
  const Folder folder;
  Memory memory;
  REQUIRE(open_store(folder.file("new/deep/r12.db"), memory));
  struct stat facts {};
  REQUIRE(::stat(folder.file("new/deep").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0007U) == 0);
}

TEST_CASE("a second store on the same file is refused while the first one lives") {
  const Folder folder;
  Memory memory;
  {
    auto first = open_store(folder.file("r12.db"), memory);
    REQUIRE(first);
    auto second = open_store(folder.file("r12.db"), memory);
    REQUIRE(second.has_error());
    CHECK(second.error().kind == ground::FailureKind::refused);
    CHECK(says(second.error().what, "in use by another holdup"));
  }
  CHECK(open_store(folder.file("r12.db"), memory));
}

TEST_CASE("a store that starts while a backup of its file is under way records at once") {
  const Folder folder;
  const auto path = folder.file("r12.db"), copy = folder.file("copy.db");
  Memory memory;
  std::optional<Backup> backup;
  {
    auto store = open_store(path, memory);
    REQUIRE(store);
    REQUIRE(store->append(event(1)));
    REQUIRE(store->flush());
    backup.emplace(Backup::begin(path, copy).value());
  }
  {
    auto store = open_store(path, memory);
    REQUIRE(store);
    CHECK(memory.reason().empty());
    REQUIRE(store->append(event(2)));
    CHECK(store->flush());
  }
  while (backup->step().value()) continue;
  REQUIRE(backup->finish());
  CHECK(Reader::open(copy)->last_seq().value() == 1);
  CHECK(Reader::open(path)->last_seq().value() == 2);
}

TEST_CASE("a file of a newer format is refused by writer and reader, and left as it is") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  write_some(path, 1);
  SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99; UPDATE meta SET value = '3.2' WHERE key = 'written_by'");
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store.has_error());
  CHECK(store.error().kind == ground::FailureKind::refused);
  CHECK(says(store.error().what, "has format 99, this holdup knows 3: holdup 3.2 wrote it, use that or a newer holdup"));
  auto reader = Reader::open(path);
  REQUIRE(reader.has_error());
  CHECK(says(reader.error().what, "or a newer holdup"));
  CHECK(memory.aside().empty());
}

TEST_CASE("an SQLite file of another program is refused and left as it is") {
  const Folder folder;
  const auto path = folder.file("other.db");
  SQLite::Database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec("CREATE TABLE songs(name TEXT)");
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store.has_error());
  CHECK(says(store.error().what, "of another program"));
  CHECK(SQLite::Database{path, SQLite::OPEN_READONLY}.tableExists("songs"));
}

TEST_CASE("what is no database is set aside, said, and a new file begun") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  std::ofstream{path} << std::string(8192, 'x');
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  REQUIRE(store->append(event(1)));
  REQUIRE(store->flush());
  REQUIRE(memory.aside().size() == 1);
  CHECK(says(memory.aside()[0].path, "r12.db.damaged-2"));
  CHECK(says(memory.aside()[0].why, "not a database"));
  CHECK(std::filesystem::file_size(memory.aside()[0].path) == 8192);
  CHECK(Reader::open(path)->events(0, 10)->size() == 1);
}

TEST_CASE("a file damaged in its events is set aside, and the events that can be read are saved") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  write_some(path, 2000);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  REQUIRE(memory.aside().size() == 1);
  const auto saved = memory.aside()[0].events_saved;
  CHECK(saved > 0);
  CHECK(saved < 2000);
  const auto events = Reader::open(path)->events(0, 5000).value();
  REQUIRE(events.size() == saved);
  for (std::size_t i = 0; i < saved; ++i) CHECK(events[i].event.id == event(static_cast<int>(i + 1)).id);
}

TEST_CASE("network file systems are known by their magic numbers, local ones are not network") {
  CHECK(network_name(0x6969) == "NFS");
  CHECK(network_name(0xFF534D42) == "CIFS");
  CHECK(network_name(0xFE534D42) == "SMB2");
  CHECK(network_name(0x01021997) == "9P");
  CHECK(network_name(0xEF53).empty());      // ext4
  CHECK(network_name(0x58465342).empty());  // XFS
  CHECK(network_name(0x01021994).empty());  // tmpfs
}

TEST_CASE("a reader refuses a file that is not there, and one that is empty") {
  const Folder folder;
  CHECK(says(Reader::open(folder.file("none.db")).error().what, "no such store"));
  std::ofstream{folder.file("empty.db")}.flush();
  CHECK(Reader::open(folder.file("empty.db")).error().kind == ground::FailureKind::refused);
}
