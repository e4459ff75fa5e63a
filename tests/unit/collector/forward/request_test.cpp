#include "collector/forward/request.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "catch.hpp"
#include "request_body.hpp"

using namespace holdup;
using namespace holdup::forward;

TEST_CASE("a request is read back by protoc's decoder, every bit of every value") {
  const auto labels = std::make_shared<const Labels>(*labels_of({.name = "rack_power_watts", .labels = {{"rack", "r12"}}}, {}));
  const std::vector<double> values{0.1, -0.0, 1e308, std::numeric_limits<double>::denorm_min(), -INFINITY, INFINITY, 230.4};
  std::vector<Sample> samples;
  for (double value : values) samples.push_back({1'700'000'000'000 + static_cast<std::int64_t>(samples.size()), bits_of(value)});
  samples.push_back({1'700'000'000'100, stale_bits});
  samples.push_back({-5, bits_of(1)});
  const auto read = test::decode(encode(std::vector<Passage>{{labels, samples}, {labels, {}}}));
  REQUIRE(read.size() == 2);
  CHECK(read[0].labels == *labels);
  CHECK(read[0].samples == samples);
  CHECK(read[1].samples.empty());
}

TEST_CASE("a double lies on the wire as its bits do") {
  // field 1 of Sample in wire type 1 (0x09), eight bytes, least first; then field 2 as a varint (0x10)
  const auto labels = std::make_shared<const Labels>(Labels{});
  std::string plain;
  const auto body = encode(std::vector<Passage>{{labels, {{1, 0x0102030405060708}}}});
  REQUIRE(snappy::Uncompress(body.data(), body.size(), &plain));
  CHECK(plain == std::string("\x0a\x0d\x12\x0b\x09\x08\x07\x06\x05\x04\x03\x02\x01\x10\x01", 15));
}

TEST_CASE("no measured value looks like a staleness marker") {
  double marker = 0;
  const auto bits = stale_bits;
  std::memcpy(&marker, &bits, sizeof marker);
  CHECK(bits_of(marker) != stale_bits);
  CHECK(bits_of(NAN) != stale_bits);
}

TEST_CASE("labels are complete, sorted, none twice, none empty") {
  const record::Series series{.name = "rack_power_watts", .labels = {{"device", "pdu-a"}, {"name", ""}, {"rack", "r12"}}};
  const auto labels = labels_of(series, {{"Zone", "z"}, {"rack", "another"}, {"site", "fra1"}, {"none", ""}});
  REQUIRE(labels);
  CHECK(test::text(*labels) == "Zone=z,__name__=rack_power_watts,device=pdu-a,rack=r12,site=fra1");
}

TEST_CASE("what remote write has no name for is not told, and text that is none is made one") {
  CHECK_FALSE(labels_of({.name = "rack-power"}, {}));
  CHECK_FALSE(labels_of({.name = "9_lives"}, {}));
  CHECK_FALSE(labels_of({.name = ""}, {}));
  CHECK_FALSE(labels_of({.name = "a", .labels = {{"b:c", "x"}}}, {}));
  CHECK(labels_of({.name = "a:b"}, {}));
  const auto labels = labels_of({.name = "a", .labels = {{"name", "\xff\x01"}}}, {});
  REQUIRE(labels);
  CHECK(labels->back().second == "\xEF\xBF\xBD\xEF\xBF\xBD");
}
