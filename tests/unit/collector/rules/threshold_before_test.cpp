#include "collector/rules/stream/threshold_before.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

// A threshold moved before arithmetic with a constant lets the same values pass, to the last bit.
using namespace holdup::rules;
using namespace holdup::rules::stream;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<double> some_numbers() {
  std::vector<double> out{0.0, not_a_number, infinity, std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min()};
  for (const double number : {1.0, 3.0, 0.1, 7.3, 1e-300, 1e300, 4503599627370497.0, 1e17}) out.push_back(number);
  for (std::size_t i = out.size(); i > 0; --i) out.push_back(-out[i - 1]);
  return out;
}

}  // namespace

TEST_CASE("a threshold before arithmetic lets pass what it lets pass behind it", "[rules]") {
  const auto numbers = some_numbers();
  std::size_t moved = 0;
  for (const auto op : {Operator::add, Operator::subtract, Operator::multiply, Operator::divide})
    for (const bool first : {false, true})
      for (const double with : numbers)
        for (const auto compared : {Operator::greater, Operator::greater_equal, Operator::less, Operator::less_equal})
          for (const double bound : numbers) {
            const Threshold behind{compared, bound};
            const auto before = threshold_before(op, with, first, behind);
            if (!before) continue;
            ++moved;
            auto tried = numbers;
            for (const double towards : {-infinity, infinity}) tried.push_back(std::nextafter(before->bound, towards));
            tried.push_back(before->bound);
            for (const double x : tried) {
              const double y = (first ? operate(op, with, x) : operate(op, x, with)).value;
              if (before->lets_pass(x) == behind.lets_pass(y)) continue;
              CAPTURE(static_cast<int>(op), first, with, static_cast<int>(compared), bound, x, y, before->bound);
              FAIL("they differ");
            }
          }
  CHECK(moved > 10'000);
}

TEST_CASE("where no comparison with a constant lets pass the same, the threshold stays where it is", "[rules]") {
  CHECK_FALSE(threshold_before(Operator::divide, 2, true, {Operator::greater, 1}));     // 2 / x
  CHECK_FALSE(threshold_before(Operator::multiply, 0, false, {Operator::greater, 1}));  // 0 * Inf is no number
  CHECK_FALSE(threshold_before(Operator::power, 2, false, {Operator::greater, 1}));
  CHECK_FALSE(threshold_before(Operator::multiply, 2, false, {Operator::equal, 1}));
}
