#include "collector/cli/side_by_side.hpp"

#include <stdexcept>

#include "catch.hpp"

using holdup::cli::side_by_side;

TEST_CASE("what several threads make comes in the order of its numbers") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    std::vector<std::size_t> told;
    side_by_side(
        50, threads, [](std::size_t i) { return i * i; },
        [&](std::size_t square) {
          told.push_back(square);
          return true;
        });
    REQUIRE(told.size() == 50);
    for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == i * i);
  }
  side_by_side(
      0, 2, [](std::size_t i) { return i; }, [](std::size_t) -> bool { throw std::logic_error{"nothing is to be done"}; });
}

TEST_CASE("it ends where it is told to, and with what was thrown") {
  std::size_t told = 0;
  side_by_side(
      1000, 2, [](std::size_t i) { return i; }, [&](std::size_t i) { return ++told, i < 3; });
  CHECK(told == 4);
  const auto work = [](std::size_t i) -> std::size_t { return i == 2 ? throw std::runtime_error{"the third"} : i; };
  CHECK_THROWS_AS(side_by_side(9, 2, work, [](std::size_t) { return true; }), std::runtime_error);
}
