#include "collector/plan/agenda.hpp"

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Instant;

TEST_CASE("an agenda knows who is next and who is due as a plain look at everybody does") {
  std::mt19937 dice{7};
  for (const std::size_t size : {1u, 2u, 3u, 17u, 200u}) {
    plan::Agenda agenda{size};
    std::vector<Instant> plain(size, Instant::max());
    CHECK(agenda.next() == Instant::max());
    for (int turn = 0; turn < 3000; ++turn) {
      const auto who = dice() % size;
      plain[who] = dice() % 10 == 0 ? Instant::max() : Instant{dice() % 1000 * 1ms};
      agenda.set(who, plain[who]);
      REQUIRE(agenda.next() == *std::ranges::min_element(plain));
      const Instant now{dice() % 1000 * 1ms};
      std::vector<std::size_t> due;
      for (std::size_t i = 0; i < size; ++i)
        if (plain[i] <= now) due.push_back(i);
      REQUIRE(agenda.due(now) == due);
    }
  }
}

TEST_CASE("an agenda of nobody has no next") {
  const plan::Agenda agenda{0};
  CHECK(agenda.next() == Instant::max());
  CHECK(agenda.due(Instant{1s}).empty());
}
