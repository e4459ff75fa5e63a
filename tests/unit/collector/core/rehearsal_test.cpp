#include "collector/core/rehearsal.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace holdup;

TEST_CASE("the rehearsal tells each loss at once, and its end, by whichever sign it is seen, however long it plays", "[core]") {
  const std::vector<std::string> signs{"device/unit rack_supply_input_ok{} = 0 ", "trap", "contact/wire"};
  constexpr unsigned losses = 2'500;  // longer than the play lasts before it begins anew
  core::Rehearsal rehearsal;
  for (unsigned loss = 0; loss < losses; ++loss) {
    const auto told = rehearsal.play();
    REQUIRE(told.size() == 2);
    for (const auto& post : told) {
      CAPTURE(loss, post.body);
      REQUIRE(post.body.find("supply_input_lost") != std::string::npos);
      REQUIRE(post.body.find(signs[loss % signs.size()]) != std::string::npos);
    }
  }
}
