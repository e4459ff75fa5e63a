#include "collector/rules/series_text.hpp"

#include "catch.hpp"
#include "collector/rules/point.hpp"
#include "ground/number.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

std::string read(std::string_view text) {
  const auto series = parse_series(text);
  if (!series) return series.error().what;
  std::string out = series->labels.text();
  for (const auto& value : series->values) out += !value ? " _" : is_stale(*value) ? " stale" : " " + ground::number_text(*value);
  return out + (series->native ? " native" : "");
}

}  // namespace

TEST_CASE("a written series has values, gaps, repetitions and steps") {
  CHECK(read("a 1 2.5 -3") == "a 1 2.5 -3");
  CHECK(read("a{x=\"1\", y='2'} 1") == "a{x=\"1\",y=\"2\"} 1");
  CHECK(read("{\"odd name\", x=\"1\"} 1") == "odd name{x=\"1\"} 1");
  CHECK(read("a _ _x3 1") == "a _ _ _ _ 1");
  CHECK(read("a 1x3") == "a 1 1 1 1");
  CHECK(read("a 1+2x3 10-5x2") == "a 1 3 5 7 10 5 0");
  CHECK(read("a -2-1x1 1+-1x1") == "a -2 -3 1 0");
  CHECK(read("a 0x2 Inf -Inf NaN stale") == "a 0 0 0 +Inf -Inf NaN stale");
  CHECK(read("a 1e3 1e-3 1m") == "a 1000 0.001 60");
  CHECK(read("a {{schema:0 sum:5 count:4 buckets:[1 2 1]}}x3") == "a native");
  CHECK(read("a {{sum:3 count:2 buckets:[2]}}+{{sum:1.3 count:1 buckets:[1]}}x2 _x2") == "a native");
}

TEST_CASE("what is no series is told") {
  CHECK(read("a 1+2") == "a step needs a count, as in 1+2x3");
  CHECK(read("a 1x") == "a count of values is expected behind x");
  CHECK(read("a 1x9999999") == "a count of values is expected behind x");
  CHECK(read("a b") == "no value: b");
  CHECK(read("a 1,2") == "cannot be read: ,2");
  CHECK(read("a{x=1} 1") == "a quoted value is expected for label x");
  CHECK(read("a{x} 1") == "'=' is expected after label x");
  CHECK(read("1 2") == "a series is expected, such as up{job=\"x\"}");
}
