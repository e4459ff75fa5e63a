#include "drivers/reading/plausibility.hpp"

#include <optional>

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
      out.push_back({.point = p, .quality = Quality::good, .value = value});
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
  std::vector<Reading> part{{.point = 2, .quality = Quality::good, .value = 310}};
  CHECK(doubts.weigh(part).empty());
  CHECK(part[0].quality == Quality::out_of_range);
  for (int i = 0; i < 3; ++i) right = reply(310), begun = doubts.weigh(right);
  CHECK(begun.empty());
  CHECK(right[2].quality == Quality::good);
}

namespace {

Point of_part(std::string part, std::string metric, std::string index = "1") {
  Point made = point(std::move(metric), std::move(index));
  made.labels[0].second = std::move(part);
  return made;
}

const std::vector<Point> two_outlets{of_part("outlet", "rack_power_watts", "1"), of_part("outlet", "rack_power_watts", "2"),
                                     of_part("inlet", "rack_power_watts")};

Doubt of_sum(const std::vector<Invariant>& invariants, const std::vector<double>& values) {
  const auto all = laws(two_outlets, invariants);
  REQUIRE(all.size() == 1);
  return all[0].judges(values) ? broken(all[0], values) : Doubt{};
}

}  // namespace

TEST_CASE("row 20: outlets give no more than their inlet takes, a little too much is a meter, twice as much a scale") {
  CHECK(of_sum({}, {300, 400, 700}).why.empty());
  CHECK(of_sum({}, {300, 400, 5000}).why.empty());  // other outlets may have no meter
  CHECK(of_sum({}, {300, no_value, 700}).why.empty());
  CHECK(of_sum({}, {300, 400, no_value}).why.empty());
  CHECK(of_sum({}, {10, 20, 1}).why.empty());
  const auto off = of_sum({}, {400, 480, 700});
  CHECK(off.why == "they add up to 880 against 700 of the whole: a scale or a current transformer is wrong");
  CHECK_FALSE(off.spoils);
  CHECK(of_sum({}, {3000, 4000, 700}).spoils);
}

TEST_CASE("a profile that declares the sum says that all outlets are metered") {
  const std::vector<Invariant> declared{{.metric = "rack_power_watts", .sum = "outlet", .equals = "inlet", .within = 0.2}};
  CHECK(of_sum(declared, {300, 300, 700}).why.empty());
  CHECK_FALSE(of_sum(declared, {30, 40, 700}).why.empty());
  CHECK(of_sum(declared, {30, no_value, 700}).why.empty());
}

TEST_CASE("row 20: power that flows backwards is a current transformer mounted the wrong way, and spoils no value") {
  const std::vector<Point> points{point("rack_voltage_volts", "1"), point("rack_current_amperes", "1"), point("rack_power_watts", "1")};
  const std::vector<double> values{230, 1.4, -310};
  const auto doubt = broken(laws(points, {}).at(0), values);
  CHECK(doubt.why == "-310 watts: a current transformer is reversed");
  CHECK_FALSE(doubt.spoils);
}

TEST_CASE("a current far above its rating is a wrong scale") {
  const std::vector<Point> points{of_part("bank", "rack_current_amperes"), of_part("bank", "rack_current_rating_amperes")};
  const auto all = laws(points, {});
  REQUIRE(all.size() == 1);
  CHECK(broken(all[0], std::vector<double>{17, 16}).why.empty());
  CHECK(broken(all[0], std::vector<double>{100, 16}).why == "100 A at a rating of 16 A cannot be: one of the scales is wrong");
  Doubts doubts{points};
  std::vector<Reading> rating{{.point = 1, .quality = holdup::ground::Quality::good, .value = 16}};
  (void)doubts.weigh(rating);
  CHECK(doubts.opinion() == Doubts::Opinion::none);
  std::vector<Reading> current;
  for (int i = 0; i < 3; ++i) {
    current = {{.point = 0, .quality = holdup::ground::Quality::good, .value = 100}};
    (void)doubts.weigh(current);
  }
  CHECK(current[0].quality == holdup::ground::Quality::out_of_range);
  CHECK(doubts.opinion() == Doubts::Opinion::doubted);
  CHECK(doubts.all().size() == 1);
}

namespace {

using namespace std::chrono_literals;
using holdup::ground::Instant;

/// Outlets that give twice what their inlet takes, from `wrong` on, heard each `step` until they are doubted.
std::optional<Instant> doubted_at(const std::vector<Point>& points, holdup::ground::Duration step, Instant wrong = {}) {
  Doubts doubts{points};
  for (Instant at{}; at < Instant{5min}; at += step) {
    const double outlet = at < wrong ? 350 : 600;
    std::vector<Reading> reply;
    for (const auto& [p, value] : {std::pair{0u, outlet}, {1u, outlet}, {2u, 700.}})
      reply.push_back({.point = p, .quality = holdup::ground::Quality::good, .value = value, .time = at});
    const auto begun = doubts.weigh(reply);
    if (begun.empty()) continue;
    CHECK(begun.front() == "outlets: they add up to 1200 against 700 of the whole: a scale or a current transformer is wrong");
    return at;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("an inlet that is cached longer than its outlets is not doubted before two minutes") {
  CHECK(doubted_at(two_outlets, 10s) == Instant{2min});
  CHECK(doubted_at(two_outlets, 10s, Instant{60s}) == Instant{3min});
}

TEST_CASE("row 20: where the card says how often it measures, three of that are enough, and 10 s at least") {
  const auto with = [](holdup::ground::Duration refresh) {
    auto points = two_outlets;
    for (auto& point : points) point.refresh = refresh;
    return points;
  };
  CHECK(doubted_at(with(1s), 1s) == Instant{10s});
  CHECK(doubted_at(with(15s), 1s) == Instant{45s});
  CHECK(doubted_at(with(10min), 1s) == Instant{2min});
  auto one_is_silent_on_it = with(1s);
  one_is_silent_on_it[2].refresh.reset();
  CHECK(doubted_at(one_is_silent_on_it, 1s) == Instant{2min});
}

TEST_CASE("row 20: watts are held against volts and amperes though the voltamperes come in another reply") {
  const std::vector<Point> points{point("rack_voltage_volts", "1"), point("rack_current_amperes", "1"), point("rack_power_watts", "1"),
                                  point("rack_apparent_power_voltamperes", "1")};
  Doubts doubts{points};
  const auto hear = [&](std::uint32_t power, double value) {
    std::vector<Reading> reply;
    for (const auto& [p, told] : {std::pair{0u, 230.}, {1u, 1.4}, {power, value}})
      reply.push_back({.point = p, .quality = holdup::ground::Quality::good, .value = told});
    return doubts.weigh(reply);
  };
  std::vector<std::string> begun;
  for (int i = 0; i < 3; ++i) {
    CHECK(begun.empty());
    begun = hear(2, -310);
    CHECK(hear(3, 322).empty());
  }
  CHECK(begun == std::vector<std::string>{"outlet 1: -310 watts: a current transformer is reversed"});
}

TEST_CASE("row 22: means over three lines of which one is gone are no contradiction, a divisor of ten is") {
  std::vector<Point> points{of_part("inlet", "rack_voltage_volts", ""), of_part("inlet", "rack_current_amperes", ""),
                            of_part("inlet", "rack_power_watts", ""), of_part("phase", "rack_voltage_volts")};
  CHECK(broken(laws(points, {}).at(0), std::vector<double>{153, 3.5, 2360, 0}).why.empty());
  CHECK_FALSE(broken(laws(points, {}).at(0), std::vector<double>{230, 3.5, 24000, 230}).why.empty());
  points.pop_back();
  CHECK_FALSE(broken(laws(points, {}).at(0), std::vector<double>{153, 3.5, 2360}).why.empty());
}
