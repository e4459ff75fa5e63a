#include "ground/histogram.hpp"

#include "catch.hpp"

using namespace holdup::ground;
using namespace std::chrono_literals;

TEST_CASE("a histogram counts a time in the first bucket whose bound it does not pass") {
  Histogram times;
  times.observe(1ms);
  times.observe(1001us);
  times.observe(1min);
  CHECK(times.up_to(1) == 0);
  CHECK(times.up_to(2) == 1);  // 1 ms belongs to its bound
  CHECK(times.up_to(3) == 2);
  CHECK(times.up_to(Histogram::bounds.size() - 1) == 2);
  CHECK(times.count() == 3);
  CHECK(times.sum_seconds() == Approx(60.002001));
}
