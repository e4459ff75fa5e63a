#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "count.hpp"
#include "disk.hpp"
#include "platter.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

enum class End { heals, stays };

struct Trial {
  Fault fault;
  End end = End::heals;
};

// All that was acknowledged and committed is there, nothing is torn, SQLite finds no fault.
void check_file(const std::string& path, const std::vector<Life>& lives) {
  CHECK(integrity(path) == "ok");
  auto reader = Reader::open(path);
  REQUIRE(reader);
  const auto events = compare_events(*reader, lives);
  REQUIRE(events);
  CHECK(events->missing == 0);
  CHECK(events->first == "");
  const auto samples = compare_samples(*reader, lives);
  REQUIRE(samples);
  CHECK(samples->first == "");
  CHECK(samples->wrong + samples->doubled + samples->lost + samples->torn == 0);
  CHECK(compare_audits(*reader, lives).value() == "");
}

bool anything_told(const std::vector<Life>& lives) {
  for (const Life& life : lives)
    if (!life.acknowledged.empty() || life.samples != 0) return true;
  return false;
}

// What the disk itself has, were the power to go now: a sync that failed has not written all that the files show.
void check_after_power_loss(const std::vector<Deed>& deeds, std::uint64_t chance, const std::vector<Life>& lives) {
  Platter platter{chance, 512};
  for (const Deed& deed : deeds) platter.apply(deed);
  const Folder folder;
  platter.lay_out(folder.path(), Remains::nothing);
  if (!anything_told(lives)) return;
  check_file(folder.file(), lives);
}

struct Outcome {
  bool failed = false;  // the fault was met
  std::vector<Life> lives;
};

// Two lives in one file, the second under fault: it opens, records, and closes.
Outcome undergo(const Trial& trial, const std::string& path) {
  auto& disk = Disk::installed();
  std::vector<Life> lives;
  disk.start_writing_down();
  for (unsigned life = 0; life < 2; ++life) {
    Witness witness{life};
    if (life == 1) disk.fail(trial.fault);
    auto store = Store::open(options(path, life), witness);
    REQUIRE(store);
    live(*store, witness, {});
    const bool broken = life == 1 && trial.fault.times == for_ever && disk.has_failed();
    if (broken && trial.end == End::heals) {
      disk.heal();
      CHECK(settle(*store));  // recording resumes by itself
    }
    if (!broken) {
      CHECK(settle(*store));
    }
    if (!broken || trial.end == End::heals) {
      CHECK(witness.await_recovery());  // from what housekeeping met meanwhile
      CHECK(witness.life().acknowledged.size() == Script{}.rounds);
      CHECK(store->standing().waiting_samples == 0);
    }
    std::optional<Store> last{std::move(*store)};
    last.reset();
    for (const SetAside& damaged : witness.aside()) FAIL_CHECK(damaged.why);  // an error of the disk is no damage of the file
    lives.push_back(witness.life());
  }
  const bool failed = disk.has_failed();
  disk.heal();
  return {failed, lives};
}

// From N = 1, every `stride`-th, until a run is clean; how many runs that were.
std::size_t fail_each(Trial trial, std::uint64_t stride) {
  std::size_t runs = 0;
  for (std::uint64_t n = 1;; n += stride) {
    trial.fault.nth = n;
    CAPTURE(n, trial.fault.operations, trial.fault.times, trial.fault.full, trial.end == End::heals);
    const Folder folder;
    const auto [failed, lives] = undergo(trial, folder.file());
    const auto deeds = Disk::installed().stop_writing_down();
    check_file(folder.file(), lives);
    check_after_power_loss(deeds, n, lives);
    ++runs;
    if (!failed) return runs;
  }
}

void report(const char* what, std::size_t runs) { std::printf("%s: %zu runs, the last one clean\n", what, runs); }

}  // namespace

TEST_CASE("whichever operation of the disk fails once, the store goes on by itself and nothing that it told is lost") {
  report("any operation fails once", fail_each({.fault = {.operations = op_any}}, stride(7)));
  report("a write finds no room once", fail_each({.fault = {.operations = op_write, .full = true}}, stride(3)));
  report("a sync fails once", fail_each({.fault = {.operations = op_sync}}, stride(1)));
}

TEST_CASE("from whichever operation on the disk fails, what was told is there, and recording resumes when it works again") {
  report("all operations fail", fail_each({.fault = {.operations = op_any, .times = for_ever}}, stride(11)));
  report("all writes find no room", fail_each({.fault = {.operations = op_write, .times = for_ever, .full = true}}, stride(5)));
  report("all syncs fail", fail_each({.fault = {.operations = op_sync, .times = for_ever}}, stride(1)));
}

TEST_CASE("from whichever operation on the disk fails until the store is closed, all that it told is there") {
  report("all operations fail, to the end", fail_each({.fault = {.operations = op_any, .times = for_ever}, .end = End::stays}, stride(11)));
  report("all syncs fail, to the end", fail_each({.fault = {.operations = op_sync, .times = for_ever}, .end = End::stays}, stride(1)));
}
