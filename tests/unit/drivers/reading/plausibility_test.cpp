#include "drivers/reading/plausibility.hpp"

#include "catch.hpp"

using namespace holdup::reading;

namespace {

Point point(std::string metric, std::string index) {
  Point made;
  made.metric = std::move(metric);
  made.labels = {{"part", "outlet"}, {"index", std::move(index)}};
  return made;
}

/// Of one outlet: volts, amperes, watts, voltamperes.
std::string judged(std::vector<double> values) {
  const std::vector<Point> points{point("rack_voltage_volts", "1"), point("rack_current_amperes", "1"), point("rack_power_watts", "1"),
                                  point("rack_apparent_power_voltamperes", "1")};
  const auto groups = power_groups(points);
  REQUIRE(groups.size() == 1);
  return implausible(groups[0], values);
}

}  // namespace

TEST_CASE("powers that fit volts and amperes are plausible, with any power factor and over three phases") {
  CHECK(judged({230, 1.4, 310, 322}).empty());
  CHECK(judged({230, 1.4, 40, 322}).empty());
  CHECK(judged({230, 10, 6800, 6900}).empty());
  CHECK(judged({400, 10, 6800, 6900}).empty());
  CHECK(judged({230, 0.1, 5, 20}).empty());
}

TEST_CASE("a divisor that is ten or a hundred times wrong shows") {
  CHECK(judged({230, 1.4, 3100, 322}) == "3100 watts at 230 V and 1.4 A cannot be: one of the scales is wrong");
  CHECK_FALSE(judged({2300, 1.4, 310, 322}).empty());
  CHECK_FALSE(judged({230, 14, 310, 322}).empty());
  CHECK_FALSE(judged({230, 1.4, 3.1, no_value}).empty());
  CHECK_FALSE(judged({230, 0.14, 310, no_value}).empty());
}

TEST_CASE("what is not told, or told as 0, contradicts nothing") {
  CHECK(judged({230, 0, 122, no_value}).empty());
  CHECK(judged({230, 6.5, 0, 0}).empty());
  CHECK(judged({no_value, 6.5, 9000, 9000}).empty());
}

TEST_CASE("groups are told apart by part and index, and spares stand in none") {
  std::vector<Point> points{point("rack_voltage_volts", "1"), point("rack_current_amperes", "1"), point("rack_power_watts", "2"),
                            point("rack_power_watts", "1")};
  REQUIRE(power_groups(points).size() == 1);
  CHECK(power_groups(points)[0].points() == std::vector<std::uint32_t>{0, 1, 3});
  points[3].spare = true;
  CHECK(power_groups(points).empty());
}

TEST_CASE("a doubt begins and ends with three replies in a row, and takes the whole group out of the evidence") {
  const std::vector<Point> points{point("rack_voltage_volts", "1"), point("rack_current_amperes", "1"), point("rack_power_watts", "1"),
                                  point("rack_frequency_hertz", "1")};
  Doubts doubts{points};
  using holdup::ground::Quality;
  const auto reply = [](double watts) {
    std::vector<Reading> out;
    for (const auto& [p, value] : {std::pair{0u, 230.0}, {1u, 1.4}, {2u, watts}, {3u, 50.0}})
      out.push_back({.point = p, .value = value, .quality = Quality::good});
    return out;
  };
  for (int i = 0; i < 2; ++i) {
    auto wrong = reply(3100);
    CHECK(doubts.weigh(wrong).empty());
    CHECK(wrong[2].quality == Quality::good);
  }
  auto right = reply(310);
  CHECK(doubts.weigh(right).empty());
  std::vector<std::string> begun;
  auto wrong = reply(3100);
  for (int i = 0; i < 3; ++i) wrong = reply(3100), begun = doubts.weigh(wrong);
  CHECK(begun == std::vector<std::string>{"outlet 1: 3100 watts at 230 V and 1.4 A cannot be: one of the scales is wrong"});
  CHECK(wrong[0].quality == Quality::out_of_range);
  CHECK(wrong[2].quality == Quality::out_of_range);
  CHECK(wrong[3].quality == Quality::good);
  std::vector<Reading> part{{.point = 2, .value = 310, .quality = Quality::good}};
  CHECK(doubts.weigh(part).empty());
  CHECK(part[0].quality == Quality::out_of_range);
  for (int i = 0; i < 3; ++i) right = reply(310), begun = doubts.weigh(right);
  CHECK(begun.empty());
  CHECK(right[2].quality == Quality::good);
}
