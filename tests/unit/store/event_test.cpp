#include "store/record/event.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

record::Event feed_lost() {
  return {.id = "3f2a91c0-12",
          .incident = "3f2a91c0-10",
          .boot = "3f2a91c0",
          .at = ground::Instant{5s},
          .time = *ground::parse_iso8601("2026-11-22T10:00:05.125Z"),
          .uncertainty = 40ms,
          .verdict = "feed_lost",
          .strength = "probable",
          .element = "feed/A",
          .phase = record::Phase::update,
          .cause = "feed/A",
          .evidence = {{.source = "device/pdu-a",
                        .point = "silence",
                        .value = {},
                        .quality = "failed",
                        .time = *ground::parse_iso8601("2026-11-22T10:00:05Z")},
                       {.source = "device/psu1",
                        .point = "x{name=\"\x1b[31m\"}",
                        .value = 0.25,
                        .quality = "good",
                        .time = *ground::parse_iso8601("2026-11-22T10:00:04.9Z"),
                        .uncertainty = 2ms}}};
}

}  // namespace

TEST_CASE("an event survives its JSON") {
  const auto json = record::to_json(feed_lost());
  const auto back = record::event_from_json(json);
  REQUIRE(back.has_value());
  CHECK(record::to_json(*back) == json);
  CHECK(back->evidence[1].value == 0.25);
  CHECK(!back->evidence[0].value.has_value());
  CHECK(back->at == ground::Instant{5s});
}

TEST_CASE("an event's JSON carries no escape sequence to a terminal") {
  CHECK(record::to_json(feed_lost()).find('\x1b') == std::string::npos);
}

TEST_CASE("what is no event is refused") {
  CHECK(!record::event_from_json("").has_value());
  CHECK(!record::event_from_json("{}").has_value());
  CHECK(!record::event_from_json("[1]").has_value());
  auto json = record::to_json(feed_lost());
  json.replace(json.find("update"), 6, "middle");
  CHECK(!record::event_from_json(json).has_value());
}

TEST_CASE("ids are counted") {
  CHECK(record::count_of("3f2a91c0-12") == 12);
  CHECK(record::count_of("nonsense") == 0);
  CHECK(record::count_of("x-") == 0);
}
