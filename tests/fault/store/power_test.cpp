#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "count.hpp"
#include "disk.hpp"
#include "platter.hpp"
#include "store/compaction.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

// One or more lives on one file, and everything that was done to it; a mark says which life knew what.
struct Story {
  std::vector<Deed> deeds;
  std::vector<std::unique_ptr<Witness>> witnesses;
  std::size_t marks_before = 0;  // the power goes only after so many
};

/// By a reader, as a backup, from the end of the first life on.
enum class Held { no, yes };

Story tell(unsigned lives, const Script& script, std::optional<Fault> fault, Held held = Held::no) {
  const Folder folder;
  std::optional<SQLite::Database> reader;
  auto& disk = Disk::installed();
  Story story;
  for (unsigned life = 0; life < lives; ++life) {
    story.witnesses.push_back(std::make_unique<Witness>(life));
    if (life == 0) disk.start_writing_down();
    if (life == 1 && fault) disk.fail(*fault);
    auto store = Store::open(options(folder.file(), life), *story.witnesses.back());
    REQUIRE(store);
    live(*store, *story.witnesses.back(), script);
    REQUIRE(settle(*store));
    if (life == 0 && held == Held::yes) {
      reader.emplace(folder.file());
      reader->exec("BEGIN; SELECT count(*) FROM event");
    }
  }
  disk.heal();
  story.deeds = disk.stop_writing_down();
  return story;
}

// After a commit one fails, in other pages, and all syncs until the store is closed: its log lies on the disk otherwise than it looks.
// Then the file is compacted.
Story tell_compaction() {
  const Folder folder;
  auto& disk = Disk::installed();
  Story story;
  disk.start_writing_down();
  for (unsigned life = 0; life < 2; ++life) {
    auto& witness = *story.witnesses.emplace_back(std::make_unique<Witness>(life));
    auto store = Store::open(options(folder.file(), life), witness);
    REQUIRE(store);
    life == 0 ? live(*store, witness, {.rounds = 8}) : store->append(event_of(life, 1)).value();
    REQUIRE(settle(*store));
    if (life == 0) continue;
    disk.fail({.operations = op_sync, .times = for_ever});
    for (std::size_t n = 2; n < 6; ++n) REQUIRE(store->put(blob_of(life, n)));
    CHECK_FALSE(store->flush());
  }
  disk.heal();
  disk.mark();
  for (const auto& witness : story.witnesses) story.marks_before += witness->marks();
  ++story.marks_before;
  const auto compacted = compact(folder.file(), [](std::int64_t) {});
  REQUIRE(compacted);
  CHECK_FALSE(compacted->beside_daemon);
  story.deeds = disk.stop_writing_down();
  return story;
}

// What was known when the last mark was made: of each life, since a later one is told nothing before an earlier one has ended.
std::vector<Life> known_at(const Story& story, std::size_t marks) {
  std::vector<Life> out;
  for (const auto& witness : story.witnesses) {
    const std::size_t of_this = std::min(marks, witness->marks());
    out.push_back(witness->life_at(of_this));
    marks -= of_this;
  }
  return out;
}

// The daemon starts again on what the loss of power left; nothing that was told is gone, and it records on.
void start_again(const std::string& path, const std::vector<Life>& lives) {
  constexpr unsigned later = 9;
  Witness witness{later};
  {
    auto store = Store::open(options(path, later), witness);
    REQUIRE(store);
    REQUIRE(store->append(event_of(later, 1)));
    REQUIRE(settle(*store));
  }
  for (const SetAside& damaged : witness.aside()) FAIL_CHECK(damaged.why);
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
  CHECK(compare_audits(*reader, lives).value() == "");
}

struct Tally {
  std::size_t writes = 0, losses = 0;
};

constexpr std::array healthy{Remains::nothing, Remains::torn, Remains::some, Remains::spoilt, Remains::everything};
// What a sync left out is written again in its place, where garbage could hit what was safe: of two such misfortunes at once nothing is
// promised.
constexpr std::array after_failure{Remains::nothing, Remains::torn, Remains::some, Remains::everything};

struct Ways {
  std::span<const Remains> kinds;
  std::size_t at_once;  // at every moment so many of them, in turn
  std::int64_t sector;
};

// The power goes at each `stride`-th write of the story.
Tally lose_power(const Story& story, std::uint64_t stride, const Ways& ways, std::uint64_t chance) {
  Tally tally;
  std::size_t marks = 0;
  Platter platter{chance, ways.sector};
  const Folder folder;
  for (const Deed& deed : story.deeds) {
    if (deed.kind == Deed::Kind::mark) {
      ++marks;
      continue;
    }
    platter.apply(deed);
    if (deed.kind != Deed::Kind::write || marks < story.marks_before || ++tally.writes % stride != 0) continue;
    for (std::size_t kind = 0; kind < ways.at_once; ++kind) {
      const Remains remains = ways.kinds[(tally.writes / stride + kind) % ways.kinds.size()];
      CAPTURE(chance, ways.sector, tally.writes, static_cast<int>(remains));
      folder.clear();
      platter.lay_out(folder.path(), remains);
      start_again(folder.file(), known_at(story, marks));
      ++tally.losses;
    }
  }
  return tally;
}

void report(const char* what, std::int64_t sector, const Tally& tally) {
  std::printf("%s, sectors of %lld: %zu writes, %zu losses of power\n", what, static_cast<long long>(sector), tally.writes, tally.losses);
}

bool at_length() { return std::getenv("HOLDUP_FAULT_STRIDE") != nullptr; }

}  // namespace

TEST_CASE("when the power goes at any write, whatever the disk made of what was not synced, all that was told is there") {
  const auto chance = seed();
  const Story story = tell(2, {.rounds = 20}, std::nullopt);
  for (const std::int64_t sector : {512, 4096})
    report("healthy", sector, lose_power(story, stride(7), {healthy, at_length() ? healthy.size() : 2, sector}, chance));
}

TEST_CASE("when the power goes at any write after syncs have failed, all that was told is there") {
  const auto chance = seed();
  for (const std::uint64_t nth : {1, 2, 3, 5, 8}) {
    for (const std::uint64_t times : {1, 2, 3, 4}) {
      CAPTURE(nth, times);
      const Story story = tell(2, {.rounds = 8}, Fault{.operations = op_sync, .nth = nth, .times = times});
      report("syncs failed", 512,
             lose_power(story, stride(15), {after_failure, at_length() ? after_failure.size() : 1, 512}, chance + nth));
    }
  }
}

TEST_CASE("when the power goes at any write after syncs have failed while a reader holds the log, all that was told is there") {
  const auto chance = seed();
  for (const std::uint64_t nth : {1, 2, 3, 5, 8}) {
    CAPTURE(nth);
    const Story story = tell(2, {.rounds = 8}, Fault{.operations = op_sync, .nth = nth, .times = 2}, Held::yes);
    report("log held", 512, lose_power(story, stride(11), {after_failure, at_length() ? after_failure.size() : 1, 512}, chance + nth));
  }
}

TEST_CASE("when the power goes at any write of a compaction, also after syncs have failed, all that was told is there") {
  const auto chance = seed();
  report("compacted", 512, lose_power(tell_compaction(), stride(1), {after_failure, after_failure.size(), 512}, chance));
}
