#include "collector/site/every.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

reading::Point inlet_temperature() {
  return {.metric = "rack_temperature_celsius", .labels = {{"part", "inlet"}, {"index", "1"}}, .source = {}};
}

site::Every every(std::string_view text, ground::Duration period = 1s) {
  auto out = site::parse_every(text);
  REQUIRE(out);
  out->period = period;
  return *out;
}

}  // namespace

TEST_CASE("points are named by their metric, and by labels where it is not enough") {
  const auto point = inlet_temperature();
  CHECK(every("rack_temperature_celsius").picks(point));
  CHECK(every("rack_temperature_celsius{}").picks(point));
  CHECK(every("rack_temperature_celsius{part=\"inlet\"}").picks(point));
  CHECK(every("rack_temperature_celsius{ index = \"1\" , part=\"inlet\" }").picks(point));
  CHECK_FALSE(every("rack_temperature_celsius{part=\"outlet\"}").picks(point));
  CHECK_FALSE(every("rack_temperature_celsius{name=\"inlet\"}").picks(point));
  CHECK_FALSE(every("rack_humidity_ratio").picks(point));
  CHECK(every("a{b=\"c\", d=\"e}\"}").text() == "a{b=\"c\",d=\"e}\"}");
}

TEST_CASE("what names no points is refused") {
  for (const char* text :
       {"", "{}", "9a", "a b", "a{", "a{b}", "a{b=}", "a{b=c}", "a{b=\"c}", "a{b=\"c\"", "a{b=\"c\"d=\"e\"}", "a{=\"c\"}", "a{b=\"c\"}x"})
    CHECK_FALSE(site::parse_every(text));
}

TEST_CASE("the name with most labels counts, the last of equals") {
  const auto point = inlet_temperature();
  const std::vector all{every("rack_temperature_celsius{part=\"inlet\"}", 1s), every("rack_temperature_celsius", 2s),
                        every("rack_temperature_celsius{index=\"1\"}", 3s), every("rack_humidity_ratio", 4s)};
  REQUIRE(site::closest(all, point) != nullptr);
  CHECK(site::closest(all, point)->period == 3s);
  CHECK(site::closest({}, point) == nullptr);
}
