#include "ground/nearest.hpp"

#include <array>

#include "catch.hpp"

TEST_CASE("the nearest known word is offered, a far one is not") {
  constexpr std::array<std::string_view, 3> known{"feeds", "devices", "loads"};
  CHECK(holdup::ground::nearest("deviecs", known) == "devices");
  CHECK(holdup::ground::nearest("feed", known) == "feeds");
  CHECK(holdup::ground::nearest("zzzzzz", known).empty());
}
