#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "catch.hpp"
#include "disk.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

constexpr std::size_t before = 10, during = 40;

// A store that records while its disk takes nothing any more, and afterwards; what is wrong, in words.
// `room`: the store's own log may give some back, so that it can help itself.
enum class Room { none, some };
std::string outlast(const std::string& path, Room room, const std::function<void()>& hinder, const std::function<void()>& help) {
  Witness witness{0};
  auto store = Store::open(options(path, 0), witness);
  if (!store) return "not opened: " + store.error().what;
  std::size_t n = 0;
  for (; n < before; ++n)
    if (store->append(batch_of(0, n + 1)); !store->append(event_of(0, n + 1))) return "an event is refused";
  if (!settle(*store)) return "no healthy beginning";
  hinder();
  for (; n < before + during; ++n)
    if (store->append(batch_of(0, n + 1)); !store->append(event_of(0, n + 1))) return "an event is refused before the bound";
  if (!witness.await_degradation()) return "not told degraded";
  if (store->flush() && room == Room::none) return "a flush succeeds on a disk that takes nothing";
  const auto waiting = store->standing().waiting_events;
  if (waiting + witness.life().acknowledged.size() < n) return "an event is neither told nor waits";
  help();
  if (!witness.await_recovery()) return "does not resume";
  if (!settle(*store)) return "does not settle";
  if (witness.life().acknowledged.size() != n) return "an event was not told in the end";
  if (!witness.aside().empty()) return "set aside: " + witness.aside().front().why;
  auto reader = Reader::open(path);
  if (!reader) return reader.error().what;
  const auto events = compare_events(*reader, {witness.life()});
  if (!events || events->missing != 0 || !events->first.empty()) return "events: " + (events ? events->first : events.error().what);
  const auto samples = compare_samples(*reader, {witness.life()});
  return samples ? samples->first : samples.error().what;
}

// The rest of a file system, taken.
void fill(const std::string& path) {
  std::ofstream ballast{path, std::ios::binary};
  const std::string some(512, 'x');
  while (ballast << some << std::flush) continue;
}

// In mounts of its own, where the kernel lets us have some.
bool mount_small(const std::string& folder) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && ::mount("none", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

}  // namespace

TEST_CASE("a disk without room is told, and what waited is recorded when there is room again") {
  auto& disk = Disk::installed();
  const Folder folder;
  CHECK(outlast(
            folder.file(), Room::none, [&] { disk.limit(1); }, [&] { disk.heal(); }) == "");
}

TEST_CASE("a file system that becomes read-only is told, and what waited is recorded when it can be written again") {
  auto& disk = Disk::installed();
  const Folder folder;
  CHECK(outlast(
            folder.file(), Room::none, [&] { disk.set_read_only(true); }, [&] { disk.heal(); }) == "");
}

TEST_CASE("a file system that is full in earnest is told, and what waited is recorded when there is room again") {
  const Folder folder;
  auto* said = static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(said != MAP_FAILED);
  std::fflush(stdout);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    const bool small = mount_small(folder.path());
    std::string wrong = "no mounts of our own here";
    if (small) {
      const auto ballast = folder.file("ballast");
      wrong = outlast(
          folder.file(), Room::some, [&] { fill(ballast); }, [&] { std::filesystem::remove(ballast); });
    }
    std::snprintf(said, 4096, "%s", wrong.c_str());
    std::_Exit(small ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 1)
    std::printf("%s; the disk of the tests' own was full instead\n", said);  // as the case above has it
  else
    CHECK(std::string{said} == "");
  ::munmap(said, 4096);
}
