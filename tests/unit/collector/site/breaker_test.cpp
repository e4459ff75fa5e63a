#include "collector/site/breaker.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using site::Curve;
using site::trip_time;

namespace {

std::string text(double ratio, double rating, std::optional<Curve> curve) {
  const auto time = trip_time(ratio, rating, curve);
  return time ? site::trip_text(*time) : "holds";
}

}  // namespace

TEST_CASE("a breaker holds its rating, and a warm one not much more") {
  for (const auto curve : {std::optional<Curve>{}, std::optional{Curve::b}, std::optional{Curve::c}, std::optional{Curve::mccb}}) {
    CHECK(!trip_time(0.5, 32, curve));
    CHECK(!trip_time(1.0, 32, curve));
  }
  CHECK(!trip_time(1.02, 32, Curve::c));
  // 1.13 times the rating is borne for an hour at 30 degrees, not in a warm rack.
  const auto warm = trip_time(1.13, 32, Curve::c);
  REQUIRE(warm);
  CHECK(warm->least < 1h);
  CHECK(!warm->most);
}

TEST_CASE("the conventional currents of the standards bound the time to trip") {
  // IEC 60898-1: 1.45 times the rating within an hour, two above 63 A; IEC 60947-2: 1.3 times.
  CHECK(trip_time(1.45, 32, Curve::c)->most <= 1h);
  CHECK(trip_time(1.45, 80, Curve::c)->most > 1h);
  CHECK(trip_time(1.45, 80, Curve::c)->most <= 2h);
  CHECK(!trip_time(1.44, 32, Curve::c)->most);
  CHECK(trip_time(1.3, 32, Curve::mccb)->most <= 1h);
  CHECK(!trip_time(1.3, 32, Curve::c)->most);
  // 2.55 times: 1 to 60 s, up to 120 s above 32 A.
  CHECK(trip_time(2.55, 32, Curve::c)->most <= 60s + 1ms);
  CHECK(trip_time(2.55, 63, Curve::c)->most > 60s);
  CHECK(trip_time(2.55, 63, Curve::c)->most <= 120s + 1ms);
}

TEST_CASE("the magnetic release acts within its curve's range") {
  CHECK(trip_time(2.9, 16, Curve::c)->least > 0s);
  CHECK(trip_time(4.4, 16, Curve::c)->least > 0s);
  CHECK(trip_time(4.6, 16, Curve::c)->least == 0s);
  CHECK(trip_time(5, 16, Curve::b)->most <= 100ms);
  CHECK(trip_time(10, 16, Curve::c)->most <= 100ms);
  CHECK(trip_time(10, 16, Curve::d)->most > 100ms);
  CHECK(text(12, 16, Curve::c) == "at once");
}

TEST_CASE("the range only moves down as the current rises, and contains that of every curve where the curve is not told") {
  for (const auto curve : {Curve::b, Curve::c, Curve::d, Curve::mccb})
    for (const double rating : {16.0, 40.0, 80.0})
      for (double ratio = 1.03; ratio < 25; ratio *= 1.03) {
        const auto now = trip_time(ratio, rating, curve), more = trip_time(ratio * 1.03, rating, curve), any = trip_time(ratio, rating, {});
        INFO(ratio << " of " << rating);
        REQUIRE(any);
        if (!now) continue;
        CHECK((!now->most || now->least <= *now->most));
        REQUIRE(more);
        CHECK(more->least <= now->least);
        if (now->most) CHECK((more->most && *more->most <= *now->most));
        CHECK(any->least <= now->least);
        if (any->most) CHECK((now->most && *now->most <= *any->most));
      }
}

TEST_CASE("the time to trip is told as a range, in no more figures than are known") {
  CHECK(text(1.0, 32, {}) == "holds");
  CHECK(text(1.8, 32, Curve::c) == "between 13 s and 13 min");
  CHECK(text(1.3, 32, Curve::c) == "after 6 min at least, perhaps never");
  CHECK(text(1.15, 80, Curve::c) == "after 35 min at least, perhaps never");
}
