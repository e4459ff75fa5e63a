#include "store/retention.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t today_ms = 1'795'000'000'000;  // in November 2026
constexpr ground::Instant boot{};

}  // namespace

TEST_CASE("age is measured from the clock, or from the newest sample where that is older") {
  Present present{today_ms, 24};
  CHECK(present.at(boot, today_ms, today_ms - 1000).value() == today_ms - 1000);
  CHECK(present.at(boot + 10s, today_ms + 10'000, today_ms + 11'000).value() == today_ms + 10'000);
}

TEST_CASE("a clock in 1970 deletes nothing, and does not change what is believed") {
  Present present{today_ms, 24};
  CHECK_FALSE(present.at(boot, 1000, 1000));
  CHECK_FALSE(present.at(boot + 1h, 3'601'000, today_ms));
  CHECK(present.at(boot + 2h, today_ms + 7'200'000, today_ms + 7'200'000).value() == today_ms + 7'200'000);
}

TEST_CASE("a clock that jumped ahead is believed by and by") {
  Present present{today_ms, 24};
  const auto far = today_ms + 70 * 365 * day_ms;
  CHECK(present.at(boot, far, far).value() == today_ms);
  CHECK(present.at(boot + 1h, far, far).value() == today_ms + day_ms);
  CHECK(present.at(boot + 2h, today_ms + 7'200'000, far).value() == today_ms + 7'200'000);  // mended
}

TEST_CASE("after some days off the present is reached after some hours") {
  Present present{today_ms - 3 * day_ms, 24};
  CHECK(present.at(boot, today_ms, today_ms).value() == today_ms - 3 * day_ms);
  CHECK(present.at(boot + 4h, today_ms + 1, today_ms + 1).value() == today_ms + 1);
}

TEST_CASE("a new file believes the clock it finds") {
  Present present{std::nullopt, 24};
  CHECK(present.at(boot, today_ms, today_ms).value() == today_ms);
}
