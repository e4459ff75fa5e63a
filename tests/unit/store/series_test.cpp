#include "store/record/series.hpp"

#include "catch.hpp"

using holdup::record::Series;

TEST_CASE("a series prints as Prometheus writes it") {
  CHECK(Series{"up", {}}.text() == "up");
  CHECK(Series{"rack_fan_speed_rpm", {{"device", "psu"}, {"name", "a\"b\\c\nd"}}}.text() ==
        R"(rack_fan_speed_rpm{device="psu",name="a\"b\\c\nd"})");
}
