#include "ground/instant.hpp"

#include "catch.hpp"

using namespace holdup::ground;
using namespace std::chrono_literals;

TEST_CASE("durations carry their unit") {
  CHECK(parse_duration("20ms") == 20ms);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("30d") == 720h);
  CHECK(parse_duration("5y") == 24h * 365 * 5);
  CHECK(parse_duration("2m") == 2min);
  for (const char* text : {"", "20", "ms", "-1s", "1 s", "1e3s", "1..5s", "1sec", "400y", "9999999999999999999s"}) {
    INFO(text);
    CHECK(!parse_duration(text));
  }
}

TEST_CASE("a duration prints as it is written") {
  for (const char* text : {"20ms", "90s", "5min", "2h", "30d", "250us", "0s"}) CHECK(duration_text(*parse_duration(text)) == text);
}

TEST_CASE("the first and the last nanosecond of UTC print, and what is further away is no time") {
  CHECK(iso8601(Utc::min()) == "1677-09-21T00:12:43.145Z");
  CHECK(iso8601(Utc::max()) == "2262-04-11T23:47:16.854Z");
  CHECK(parse_iso8601("1677-09-21T00:12:45Z") == Utc{std::chrono::seconds{-9'223'372'035}});
  CHECK(parse_iso8601("2262-04-11T23:47:15.999Z") == Utc{std::chrono::milliseconds{9'223'372'035'999}});
  for (const char* text : {"0000-01-01T00:00:00Z", "1677-09-21T00:12:43.145Z", "2262-04-11T23:47:16.855Z", "9999-12-31T23:59:59Z"}) {
    INFO(text);
    CHECK(!parse_iso8601(text));
  }
}

TEST_CASE("UTC prints and reads as ISO 8601") {
  const Utc time = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 28min + 58s + 123ms;
  CHECK(iso8601(time) == "2026-11-22T10:28:58.123Z");
  CHECK(parse_iso8601(iso8601(time)) == time);
  CHECK(parse_iso8601("2026-11-22T10:28:58.123456789Z") == time + 456789ns);
  CHECK(parse_iso8601("1970-01-01T00:00:00Z") == Utc{});
  for (const char* text : {"", "2026-11-22", "2026-13-22T10:28:58Z", "2026-02-30T10:28:58Z", "2026-11-22T10:28:58", "2026-11-22T10:28:58.Z",
                           "2026-11-22T10:28:58+00Z"}) {
    INFO(text);
    CHECK(!parse_iso8601(text));
  }
}
