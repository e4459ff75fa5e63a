#include "collector/rules/stream/leeway.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "collector/rules/expression.hpp"
#include "collector/rules/stream/naps.hpp"

// How far two values may move: no others than those that are told of can pass.
using namespace holdup::rules;
using namespace holdup::rules::stream;
using namespace std::chrono_literals;

namespace {

std::vector<double> ends_and_middles() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> out{0.0, std::numeric_limits<double>::quiet_NaN(), infinity, std::numeric_limits<double>::max(),
                          std::numeric_limits<double>::denorm_min()};
  for (const double number : {1.0, 3.0, 0.1, 7.3, 1e-300, 1e300, 4503599627370497.0}) out.push_back(number);
  for (std::size_t i = out.size(); i > 0; --i) out.push_back(-out[i - 1]);
  return out;
}

/// Those that are not told of, among some and what lies about the bound.
std::vector<double> held_back(Guard guard, std::vector<double> tried) {
  for (const double towards : {-HUGE_VAL, HUGE_VAL}) tried.push_back(std::nextafter(guard.bound, towards));
  tried.push_back(guard.bound);
  std::erase_if(tried, [&](double value) { return guard.lets_pass({}, {.value = value}); });
  return tried;
}

}  // namespace

TEST_CASE("no two values within a leeway pass what it was made for", "[rules]") {
  const auto numbers = ends_and_middles();
  const std::vector<Operator> compared{Operator::greater, Operator::greater_equal, Operator::less, Operator::less_equal};
  std::size_t made = 0;
  const auto hold = [&](double x, Operator op, double y, const std::optional<Threshold>& threshold) {
    const auto passes = [&](double a, double b) {
      const auto result = operate(op, a, b);
      return is_comparison(op) ? result.holds : threshold->lets_pass(result.value);
    };
    if (passes(x, y)) return;
    const auto free = leeway(x, op, y, threshold);
    if (!free) return;
    if (!may_have_leeway(op, threshold)) FAIL("there is none of its kind");
    ++made;
    const auto lefts = held_back(free->left, numbers), rights = held_back(free->right, numbers);
    for (const double a : lefts)
      for (const double b : rights) {
        if (!passes(a, b)) continue;
        CAPTURE(static_cast<int>(op), x, y, free->left.bound, free->right.bound, a, b);
        FAIL("they pass");
      }
    Guard left = free->left, right = free->right;
    if (left.lets_pass({}, {.value = x}) || right.lets_pass({}, {.value = y})) FAIL("they would be told of as they are");
    if (!left.lets_pass({}, {.value = stale_marker}) || !right.lets_pass({}, {.value = stale_marker})) FAIL("their end is held back");
  };
  for (const double x : numbers)
    for (const double y : numbers) {
      for (const auto op : compared) hold(x, op, y, std::nullopt);
      for (const auto op : {Operator::add, Operator::subtract, Operator::multiply, Operator::divide, Operator::power, Operator::modulo})
        for (const auto threshold : compared)
          for (const double bound : numbers) hold(x, op, y, Threshold{threshold, bound});
    }
  CHECK(made > 5'000);
}

TEST_CASE("a leeway is wide where the limit is far", "[rules]") {
  const auto ratio = leeway(50, Operator::divide, 100, Threshold{Operator::greater, 0.8});
  REQUIRE(ratio);
  CHECK(ratio->left.bound > 55);
  CHECK(ratio->right.bound < 95);
  const auto less = leeway(3, Operator::less, 1, std::nullopt);
  REQUIRE(less);
  CHECK(less->left.bound < 2.5);
  CHECK(less->right.bound > 1.5);
  CHECK_FALSE(leeway(3, Operator::equal, 1, std::nullopt));
}

TEST_CASE("after a nap that was too short the next one waits twice as long, after a long one no longer", "[rules]") {
  Naps naps;
  auto at = holdup::ground::Instant{} + 100s;
  const auto looks_until_it_may = [&] {
    std::size_t looks = 0;
    do naps.looked(at += 1s), ++looks;
    while (!naps.may_begin(3));
    naps.begin(at);
    return looks;
  };
  CHECK_FALSE(naps.wake(at));
  CHECK(looks_until_it_may() == 4);
  CHECK(naps.wake(at += 1s));
  CHECK(looks_until_it_may() == 7);
  CHECK(naps.wake(at += 1s));
  naps.looked(at), naps.looked(at);
  naps.put_off();
  CHECK(looks_until_it_may() == 13);
  CHECK(naps.wake(at += 1h));
  CHECK(looks_until_it_may() == 4);
}
