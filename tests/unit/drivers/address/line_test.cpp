#include "drivers/address/line.hpp"

#include "catch.hpp"

using namespace holdup::drivers;

namespace {

std::string refusal_of(const std::string& url) {
  const auto address = parse_line_address(url);
  REQUIRE(address.has_error());
  return address.error().what;
}

}  // namespace

TEST_CASE("a line's url names chip and line, by number or name, and the active level") {
  CHECK(parse_line_address("gpio://gpiochip0/4").value() == LineAddress{.chip = "gpiochip0", .line = "4"});
  CHECK(parse_line_address("gpio://gpiochip0/4?active=low").value() == LineAddress{.chip = "gpiochip0", .line = "4", .active_low = true});
  CHECK(parse_line_address("gpio://pinctrl-bcm2711/PSU%201?active=high").value() ==
        LineAddress{.chip = "pinctrl-bcm2711", .line = "PSU 1"});
}

TEST_CASE("only a gpio url is a line's") {
  CHECK(names_line("gpio://gpiochip0/4"));
  CHECK_FALSE(names_line("modbus://192.0.2.1/1"));
  CHECK_FALSE(names_line("gpio"));
}

TEST_CASE("a url that is no line's is refused with what to write") {
  CHECK(refusal_of("gpio://gpiochip0") == "no chip or no line; write gpio://CHIP/LINE, such as gpio://gpiochip0/4?active=low");
  CHECK(refusal_of("gpio:///4").starts_with("no chip or no line"));
  CHECK(refusal_of("gpio://gpiochip0/4/5").starts_with("'4/5' is no line"));
  CHECK(refusal_of("gpio://me@gpiochip0/4").starts_with("more than a chip and a line"));
  CHECK(refusal_of("gpio://gpiochip0:1/4").starts_with("more than a chip and a line"));
  CHECK(refusal_of("gpio://gpiochip0/4?active=up") == "'up' is no level; write active=low or active=high");
  CHECK(refusal_of("gpio://gpiochip0/4?bias=up") == "'bias' is unknown; write active=low, active=high or nothing");
  CHECK(refusal_of("gpio://gpio chip/4").starts_with("'gpio://gpio chip/4' is no URL of a line"));
}
