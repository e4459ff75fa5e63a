#include "drivers/modbus/deadlines.hpp"

#include <array>
#include <map>
#include <random>
#include <string>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace std::chrono_literals;
using ground::Instant;

namespace {

struct Entry final : Deadlines::Entry {
  void due(Instant) override {}
  void abandoned() override {}
};

}  // namespace

TEST_CASE("who is due first is taken first, and nobody before his time") {
  Deadlines deadlines;
  std::array<Entry, 3> entries;
  deadlines.set(entries[0], Instant{30s});
  deadlines.set(entries[1], Instant{10s});
  deadlines.set(entries[2], Instant{20s});
  CHECK(deadlines.earliest() == Instant{10s});
  CHECK(deadlines.take_due(Instant{9s}) == nullptr);
  CHECK(deadlines.take_due(Instant{10s}) == &entries[1]);
  deadlines.set(entries[0], Instant{15s});
  CHECK(deadlines.take_due(Instant{60s}) == &entries[0]);
  deadlines.set(entries[2], Instant::max());
  CHECK(deadlines.take_any() == nullptr);
  CHECK(deadlines.earliest() == Instant::max());
}

TEST_CASE("however deadlines are set, moved and taken out, they come in order") {
  std::mt19937 chance{7};
  Deadlines deadlines;
  std::array<Entry, 50> entries;
  std::map<Deadlines::Entry*, Instant> wanted;
  for (int round = 0; round < 20'000; ++round) {
    Entry& entry = entries[chance() % entries.size()];
    const Instant when = chance() % 4 == 0 ? Instant::max() : Instant{std::chrono::milliseconds{chance() % 1000}};
    deadlines.set(entry, when);
    when == Instant::max() ? (void)wanted.erase(&entry) : (void)(wanted[&entry] = when);
    if (chance() % 3 != 0) continue;
    const Instant now{std::chrono::milliseconds{chance() % 300}};
    const auto due = deadlines.take_due(now);
    auto least = Instant::max();
    for (const auto& [other, at] : wanted) least = std::min(least, at);
    REQUIRE((due != nullptr) == (least <= now));
    if (due == nullptr) continue;
    REQUIRE(wanted.at(due) == least);
    wanted.erase(due);
  }
}
