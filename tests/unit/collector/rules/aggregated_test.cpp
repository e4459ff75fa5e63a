#include "collector/rules/aggregated.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"
#include "collector/rules/exact_sum.hpp"
#include "collector/rules/fixed_sum.hpp"
#include "collector/rules/moments.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.add(value);
  return sum.value();
}

double mean_of(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.add(value);
  return sum.mean(static_cast<double>(values.size()));
}

/// Any finite double but the hugest, whose sum would be none.
double any(std::mt19937_64& chance) {
  const double value = std::bit_cast<double>(chance());
  return std::isfinite(value) ? value / 1024 : 0;
}

using Integer = boost::multiprecision::cpp_int;
using Quotient = boost::multiprecision::cpp_rational;

/// In units of the least float there is.
Integer units(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const Integer mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  const int shift = exponent - 53 + 1074;
  return shift >= 0 ? Integer{mantissa << shift} : Integer{mantissa >> -shift};
}

/// No other float lies nearer.
bool is_nearest(double value, const Integer& sum) {
  const auto distance = [&](double other) { return Integer{abs(units(other) - sum)}; };
  return distance(value) <= distance(std::nextafter(value, INFINITY)) && distance(value) <= distance(std::nextafter(value, -INFINITY));
}

constexpr auto every_aggregate = {Aggregate::sum,   Aggregate::avg,    Aggregate::min,    Aggregate::max,     Aggregate::count,
                                  Aggregate::group, Aggregate::stddev, Aggregate::stdvar, Aggregate::quantile};

}  // namespace

TEST_CASE("an exact sum is the nearest float to what is in it, whatever came and went, and a fixed one unless it is not known") {
  std::mt19937_64 chance{7};
  std::normal_distribution<double> everyday{230, 500};
  std::uniform_int_distribution<int> scale{-60, 40};
  std::vector<double> in;
  FixedSum fixed;
  ExactSum exact;
  Integer truth = 0;
  int known = 0, unknown = 0, wrong = 0, apart = 0;
  const auto put = [&](double value, int sign) {
    sign > 0 ? fixed.add(value) : fixed.remove(value);
    sign > 0 ? exact.add(value) : exact.remove(value);
    if (std::isfinite(value)) truth += sign * units(value);
  };
  for (int step = 0; step < 20'000; ++step) {
    if (!in.empty() && chance() % 3 == 0) {
      std::swap(in[chance() % in.size()], in.back());
      put(in.back(), -1);
      in.pop_back();
    } else {
      const double drawn = everyday(chance);
      in.push_back(chance() % 50 == 0 ? std::ldexp(drawn, scale(chance)) : chance() % 90 == 0 ? 0.0 : drawn);
      if (step % 1000 == 0) in.back() = std::array<double, 4>{INFINITY, NAN, 1e300, 5e-324}[static_cast<std::size_t>(step / 1000 % 4)];
      if (step % 3000 == 1) in.back() = 3e13;  // six of them are more than a fixed sum holds
      for (int times = step % 3000 == 1 ? 8 : 1; times > 0; --times) put(in.back(), 1), times > 1 ? in.push_back(in.back()) : void();
    }
    if (in.size() > 200 || in.empty()) in.clear(), fixed = {}, exact = {}, truth = 0;
    if (in.empty() || !std::ranges::all_of(in, [](double value) { return std::isfinite(value); })) continue;
    wrong += is_nearest(exact.value(), truth) ? 0 : 1;
    ++(fixed.is_known() ? known : unknown);
    const auto count = static_cast<double>(in.size());
    if (fixed.is_known()) apart += fixed.unrounded().value() == exact.value() && fixed.unrounded().mean(count) == exact.mean(count) ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(apart == 0);
  CHECK(known > 1'000);
  CHECK(unknown > 1'000);
  fixed = {};
  for (int times = 0; times < 3; ++times) fixed.add(std::ldexp(1, 43));
  CHECK(fixed.unrounded().value() == 3 * std::ldexp(1, 43));
  for (int times = 0; times < 3; ++times) fixed.add(std::ldexp(1, 43));
  CHECK_FALSE(fixed.is_known());
}

TEST_CASE("an exact sum loses nothing to what cancels out") {
  CHECK(sum_of({1, 1e100, 1, -1e100}) == 2);
  CHECK(sum_of({0.1, 0.2, 0.3}) == 0.6);
  CHECK(sum_of({-9.988465674311579e+307, -9.988465674311579e+307, 9.988465674311579e+307, 9.988465674311579e+307}) == 0);
  CHECK(sum_of({5e-324, 5e-324}) == 1e-323);
  CHECK(sum_of({1e308, 1e308}) == std::numeric_limits<double>::infinity());
  CHECK(sum_of({-3, 1}) == -2);
  CHECK(sum_of({0x1p53, 1, 0x1p-60}) == 0x1p53 + 2);  // just above half of the last bit
}

TEST_CASE("a mean is of the exact sum, even where that is beyond all floats") {
  CHECK(mean_of({0.1, 0.2, 0.3}) == 0.2);
  CHECK(mean_of({1.7e308, 1.7e308, 1.7e308}) == 1.7e308);
  CHECK(mean_of({-1.7e308, -1.7e308}) == -1.7e308);
  CHECK(mean_of({1, 2}) == 1.5);
}

TEST_CASE("infinities and NaN go as they came") {
  const double infinity = std::numeric_limits<double>::infinity();
  ExactSum sum;
  sum.add(1), sum.add(infinity);
  CHECK(sum.value() == infinity);
  sum.add(-infinity);
  CHECK(std::isnan(sum.value()));
  sum.remove(infinity);
  CHECK(sum.value() == -infinity);
  sum.remove(-infinity), sum.add(std::nan(""));
  CHECK(std::isnan(sum.value()));
  sum.remove(std::nan(""));
  CHECK(sum.value() == 1);
}

TEST_CASE("a sum of two is what the machine makes of them, over all magnitudes") {
  std::mt19937_64 chance{1};
  for (int i = 0; i < 10'000; ++i) {
    const double a = any(chance), b = any(chance), near = a * 0.75;
    CHECK(std::bit_cast<std::uint64_t>(sum_of({a, b})) == std::bit_cast<std::uint64_t>(a + b + 0.0));
    CHECK(sum_of({a, near}) == a + near);
  }
}

TEST_CASE("aggregates do not depend on the order of values, nor on those that went") {
  std::mt19937_64 chance{2};
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(i % 50 == 7 ? std::nan("") : any(chance));
  values.insert(values.end(), {0.0, -0.0, 3, 3});
  for (const auto aggregate : every_aggregate) {
    Aggregated straight{aggregate, 0.3}, other{aggregate, 0.3};
    for (double value : values) straight.add(value);
    auto shuffled = values;
    std::ranges::shuffle(shuffled, chance);
    for (double value : shuffled) other.add(value), other.add(value / 3);
    for (double value : values) other.remove(value / 3);
    CHECK(std::bit_cast<std::uint64_t>(straight.value()) == std::bit_cast<std::uint64_t>(other.value()));
  }
}

namespace {

/// Of values that are multiples of 2^-20.
struct Truth {
  Integer count = 0, value = 0, square = 0, time = 0, square_time = 0, product = 0;
  void put(const Point& point, int sign) {
    const Integer units = Integer{std::ldexp(point.value, 20)}, ns = point.at.time_since_epoch().count();
    count += sign, value += sign * units, square += sign * units * units;
    time += sign * ns, square_time += sign * ns * ns, product += sign * units * ns;
  }
  [[nodiscard]] double variance() const {
    return static_cast<double>(Quotient{count * square - value * value, count * count}) * std::ldexp(1, -40);
  }
  [[nodiscard]] Quotient slope() const { return {count * product - value * time, count * square_time - time * time}; }
  [[nodiscard]] double at(ground::Instant when) const {
    return static_cast<double>((slope() * Quotient{count * when.time_since_epoch().count() - time, count}) + Quotient{value, count}) *
           std::ldexp(1, -20);
  }
};

}  // namespace

TEST_CASE("a spread and a trend are those of the values that came and did not go, but for the last digits") {
  using namespace std::chrono_literals;
  std::mt19937_64 chance{11};
  Moments spread, trend;
  Truth truth;
  std::deque<Point> in;
  auto at = ground::Instant{400 * 24h};
  const auto is_same = [](double ours, double theirs, double beside) {
    return std::abs(ours - theirs) <= 1e-14 * (std::abs(theirs) + beside);
  };
  for (int step = 0; step < 20'000; ++step) {
    at += ground::Duration{static_cast<std::int64_t>(chance() % 50'000'000'000'000)};  // half a day and less
    const double scale = std::array{1.0, 1e3, 1e8, 1e-5}[static_cast<std::size_t>(step / 1'000 % 4)];
    const Point point{at, std::ldexp(std::floor(std::ldexp((static_cast<double>(chance() % 4'000) - 1'000) * scale, 20)), -20)};
    in.push_back(point), spread.take(point.value, 1), trend.take(point, 1), truth.put(point, 1);
    while (in.size() > 20 || (in.size() > 3 && chance() % 3 == 0)) {
      spread.take(in.front().value, -1), trend.take(in.front(), -1), truth.put(in.front(), -1);
      in.pop_front();
    }
    if (in.size() < 2 || step % 10 != 0) continue;
    REQUIRE(spread.is_known(in.size()));
    REQUIRE(is_same(spread.variance(in.size()), truth.variance(), 0));
    const auto line = trend.line(in.size(), at + 1h);
    REQUIRE(is_same(line.slope, static_cast<double>(truth.slope()) * std::ldexp(1, -20) * 1e9, 0));
    REQUIRE(is_same(line.intercept, truth.at(at + 1h), std::abs(static_cast<double>(truth.value)) * std::ldexp(1, -20)));
  }
}

TEST_CASE("a trend is as exact after three centuries as at the start") {
  using namespace std::chrono_literals;
  constexpr std::size_t held = 4;
  Moments trend;
  std::deque<Point> in;
  const auto slope_of_these_alone = [&] {
    Moments out;
    for (const auto& point : in) out.take(point, 1);
    return out.line(in.size(), in.back().at).slope;
  };
  auto at = ground::Instant{std::numeric_limits<std::int64_t>::min() / 2 * 1ns};
  for (int step = 0; step < 13'000; ++step, at += 8 * 24h) {
    in.push_back({at, 100.5 + step * step % 17}), trend.take(in.back(), 1);
    if (in.size() > held) trend.take(in.front(), -1), in.pop_front();
    if (in.size() == held) REQUIRE(trend.line(held, at).slope == slope_of_these_alone());
  }
}

TEST_CASE("moments do not know what is of no everyday size, until that has gone") {
  Moments moments;
  for (const double stranger : std::vector{1e13, 1e-9, -1e300, HUGE_VAL, std::nan(""), 5e-324}) {
    moments.take(1, 1), moments.take(2, 1), moments.take(stranger, 1);
    CHECK_FALSE(moments.is_known(3));
    moments.take(stranger, -1);
    REQUIRE(moments.is_known(2));
    CHECK(moments.variance(2) == 0.25);
    moments.take(1, -1), moments.take(2, -1);
  }
  for (const double value : std::vector{0.1, -0.0, 1e12, 0.1, 0.1}) moments.take(value, 1);
  moments.take(1e12, -1), moments.take(-0.0, -1);
  CHECK(moments.variance(3) == 0);
  CHECK_FALSE(moments.is_known(0));
}
