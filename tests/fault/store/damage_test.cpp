#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "count.hpp"
#include "damage.hpp"
#include "history.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

constexpr std::size_t files_a_process = 25;
constexpr unsigned seconds_a_file = 60;  // only what never ends takes so long
#ifdef __SANITIZE_ADDRESS__
constexpr long most_kib = 1536 * 1024;  // what was freed is kept for a while
#else
constexpr long most_kib = 192 * 1024;
#endif

struct Healthy {
  std::vector<Files> stores;
  std::vector<Life> lives;  // of the first life each store has; the same for all, as far as it got
};

// What a damaged file must still be good for; says what is wrong, or nothing.
std::string outlive(const std::string& path, const Damage& damage, const std::vector<Life>& lives) {
  read_all_of(path);
  constexpr unsigned later = 9;
  Witness witness{later};
  {
    auto store = Store::open(options(path, later), witness);
    if (!store && damage.header) return {};  // says that it is another program's, or a newer holdup's
    if (!store) return "not opened: " + store.error().what;
    if (!store->append(event_of(later, 1))) return "takes no event";
    store->append(batch_of(later, 1));
    if (!settle(*store)) return "records nothing: " + store->standing().reason;
  }
  read_all_of(path);
  auto reader = Reader::open(path);
  if (!reader) return "cannot be read: " + reader.error().what;
  if (!reader->seq_of("b9-1") || !*reader->seq_of("b9-1")) return "the event that was told is not there";
  if (!damage.bodies) return {};
  if (!witness.aside().empty()) return "set aside: " + witness.aside().front().why;
  const auto events = compare_events(*reader, lives);
  if (!events || events->missing != 0) return "events are gone";
  const auto samples = compare_samples(*reader, {});
  if (!samples) return "samples: " + samples.error().what;
  return samples->wrong + samples->doubled == 0 ? "" : samples->first;
}

// Shared with the processes that do it, which may die of it.
struct Progress {
  std::size_t at = 0;
  char what[256] = "";
  char wrong[512] = "";
};

void outlive_some(const Healthy& healthy, std::uint64_t seed, std::size_t from, std::size_t to, Progress& progress) {
  const Folder folder;
  for (std::size_t n = from; n < to; ++n) {
    ::alarm(seconds_a_file);
    std::mt19937_64 random{seed + n};
    folder.clear();
    const std::size_t which = n % healthy.stores.size();
    const auto done = damage(healthy.stores[which], healthy.stores[(which + 1) % healthy.stores.size()], folder.file(), random);
    progress.at = n;
    std::snprintf(progress.what, sizeof progress.what, "%s", done.what.c_str());
    const auto wrong = outlive(folder.file(), done, {healthy.lives[which]});
    if (wrong.empty()) continue;
    std::snprintf(progress.wrong, sizeof progress.wrong, "%s", wrong.c_str());
    return;
  }
}

// In a process of its own; its largest size in KiB.
long in_process(const std::function<void()>& work, int& status) {
  std::fflush(stdout);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    work();
    std::_Exit(0);
  }
  rusage used{};
  REQUIRE(::wait4(process, &status, 0, &used) == process);
  return used.ru_maxrss;
}

}  // namespace

TEST_CASE("a file with any damage is read as far as it can be, opened or set aside, and recorded on, in little memory") {
  Healthy healthy;
  healthy.stores.push_back(grown("a short store", 2, With::journal, healthy.lives));
  healthy.stores.push_back(grown("a longer store", 40, With::journal, healthy.lives));
  healthy.stores.push_back(grown("a store with merged chunks", 120, With::chunks, healthy.lives));
  auto* progress = static_cast<Progress*>(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(progress != MAP_FAILED);
  const auto chance = seed();
  const auto count = count_of("HOLDUP_FAULT_DAMAGES", 300);
  long largest = 0;
  // HOLDUP_FAULT_FIRST=N HOLDUP_FAULT_DAMAGES=N+1 with the seed: that file again.
  for (std::size_t from = count_of("HOLDUP_FAULT_FIRST", 0); from < count; from += files_a_process) {
    *progress = {};
    int status = 0;
    largest = std::max(
        largest,
        in_process([&] { outlive_some(healthy, chance, from, std::min<std::size_t>(count, from + files_a_process), *progress); }, status));
    CAPTURE(chance, progress->at, progress->what, largest);
    CHECK(std::string{progress->wrong} == "");
    CHECK(status == 0);
    CHECK(largest < most_kib);
  }
  std::printf("%llu damaged files, the largest process had %ld MiB\n", static_cast<unsigned long long>(count), largest / 1024);
  ::munmap(progress, sizeof(Progress));
}
