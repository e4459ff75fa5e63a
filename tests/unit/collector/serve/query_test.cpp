#include "collector/serve/query.hpp"

#include <boost/json.hpp>
#include <map>

#include "catch.hpp"
#include "fan_store.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

serve::Answer ask(
    const std::string& expression, ground::Utc at = noon + 9s, const serve::OutOfTime& out_of_time = [] { return false; }) {
  const FanStore fans;
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  return serve::answer(serve::InstantQuery{.expression = expression, .at = at}, *reader, out_of_time);
}

boost::json::value result(const serve::Answer& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return boost::json::parse(answer.body).at("data").at("result");
}

}  // namespace

TEST_CASE("an instant query answers in Prometheus' shape with the series that are good") {
  const auto answer = ask("rack_fan_speed_rpm");
  CHECK(
      answer.body ==
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"rack_fan_speed_rpm","device":"shelf","index":"1"},"value":[1700000009,"8100"]}]}})");
}

TEST_CASE("a query looks back five minutes from its time and no further") {
  CHECK(result(ask("rack_fan_speed_rpm{index=\"1\"}", noon + 9s + 299s)).as_array().size() == 1);
  CHECK(result(ask("rack_fan_speed_rpm{index=\"1\"}", noon + 9s + 300s)).as_array().empty());
  CHECK(result(ask("rack_fan_speed_rpm", noon + 3s)).as_array().size() == 2);
  CHECK(result(ask("rack_fan_speed_rpm", noon - 1s)).as_array().empty());
}

TEST_CASE("matchers, arithmetic and windows are those of the rules") {
  CHECK(result(ask("rack_fan_speed_rpm{index=~\"[12]\"} / 100 > 80")).at(0).at("value").at(1) == "81");
  CHECK(result(ask("avg_over_time(rack_fan_speed_rpm{index=\"1\"}[3s])")).at(0).at("value").at(1) == "8200");
  CHECK(result(ask("max_over_time(rack_fan_speed_rpm{index!=\"2\"}[1h])")).at(0).at("value").at(1) == "9000");
  CHECK(result(ask("1 + 1")).at(1) == "2");
  CHECK(result(ask("\"text\"")).at(1) == "text");
  CHECK(result(ask("rack_fan_speed_rpm{index=\"2\"}[3s]")).at(0).at("values").as_array().size() == 2);
}

TEST_CASE("a query that is wrong is bad data and says where") {
  const auto answer = ask("rack_fan_speed_rpm +");
  CHECK(answer.status == 400);
  CHECK(boost::json::parse(answer.body).at("errorType") == "bad_data");
}

TEST_CASE("a query out of time is a timeout") {
  const auto answer = ask("rack_fan_speed_rpm", noon, [] { return true; });
  CHECK(answer.status == 503);
  CHECK(boost::json::parse(answer.body).at("errorType") == "timeout");
}

namespace {

serve::Answer ask_range(const std::string& expression, ground::Utc from, ground::Utc to, ground::Duration step) {
  const FanStore fans;
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  return serve::answer(serve::RangeQuery{expression, from, to, step}, *reader, [] { return false; });
}

}  // namespace

TEST_CASE("a range query answers each step as an instant query there does") {
  const std::string expression =
      GENERATE("rack_fan_speed_rpm", "rack_fan_speed_rpm{index=\"1\"} / 100 > 85", "avg_over_time(rack_fan_speed_rpm[3s])",
               "max_over_time(rack_fan_speed_rpm[4s]) - on(index) rack_fan_speed_rpm", "1 + 1");
  const auto step = GENERATE(500ms, 1000ms, 4000ms, 200'000ms);
  const FanStore fans;
  auto reader = store::Reader::open(fans.file()).value();
  const auto never = [] { return false; };
  const auto from = noon - 2s, to = noon + 12s + 3 * step;
  std::map<std::string, boost::json::array> ranged, stepped;  // by metric
  const auto range = result(serve::answer(serve::RangeQuery{expression, from, to, step}, reader, never));
  for (const auto& series : range.as_array()) ranged[boost::json::serialize(series.at("metric"))] = series.at("values").as_array();
  for (auto at = from; at <= to; at += step) {
    const auto answer = result(serve::answer(serve::InstantQuery{expression, at}, reader, never));
    if (expression == "1 + 1")
      stepped["{}"].push_back(answer);
    else
      for (const auto& series : answer.as_array()) stepped[boost::json::serialize(series.at("metric"))].push_back(series.at("value"));
  }
  CHECK(ranged == stepped);
  if (step <= 1000ms) CHECK_FALSE(stepped.empty());
}

TEST_CASE("a range query's times and type are judged as Prometheus judges them") {
  CHECK(ask_range("rack_fan_speed_rpm", noon, noon - 1s, 1s).status == 400);
  CHECK(ask_range("rack_fan_speed_rpm", noon, noon, 0s).status == 400);
  CHECK(ask_range("rack_fan_speed_rpm", noon, noon + 11'001s, 1s).status == 400);
  CHECK(ask_range("rack_fan_speed_rpm", noon, noon + 11'000s, 1s).status == 200);
  CHECK(ask_range("rack_fan_speed_rpm[3s]", noon, noon, 1s).status == 400);
  CHECK(ask_range("\"text\"", noon, noon, 1s).status == 400);
  CHECK(ask_range("rack_fan_speed_rpm +", noon, noon, 1s).status == 400);
  CHECK(ask_range("rack_fan_speed_rpm", ground::Utc::min(), ground::Utc::max(), std::chrono::hours{24 * 365 * 200}).status == 400);
}
