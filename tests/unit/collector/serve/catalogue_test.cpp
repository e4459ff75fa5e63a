#include "collector/serve/catalogue.hpp"

#include "fan_store.hpp"

using namespace holdup;
using Kind = serve::CatalogueQuery::Kind;

namespace {

serve::Answer ask(
    const serve::CatalogueQuery& query, const serve::OutOfTime& out_of_time = [] { return false; }) {
  const FanStore fans;
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  return serve::answer(query, *reader, out_of_time);
}

const std::string both =
    R"({"__name__":"rack_fan_speed_rpm","device":"shelf","index":"1"},{"__name__":"rack_fan_speed_rpm","device":"shelf","index":"2"})";

std::string success(const std::string& data) { return R"({"status":"success","data":[)" + data + "]}"; }

}  // namespace

TEST_CASE("series are told once, by all their labels") {
  CHECK(ask({.matches = {"rack_fan_speed_rpm", "{device=\"shelf\"}"}}).body == success(both));
  CHECK(ask({.matches = {"rack_fan_speed_rpm{index=\"2\"}"}}).body ==
        success(R"({"__name__":"rack_fan_speed_rpm","device":"shelf","index":"2"})"));
  CHECK(ask({.matches = {"up"}}).body == success(""));
}

TEST_CASE("names and values of labels are sorted, and of what is selected") {
  CHECK(ask({.kind = Kind::names}).body == success(R"("__name__","device","index")"));
  CHECK(ask({.kind = Kind::values, .label = "index"}).body == success(R"("1","2")"));
  CHECK(ask({.kind = Kind::values, .label = "index", .matches = {"{index!=\"1\",device=~\"s.*\"}"}}).body == success(R"("2")"));
  CHECK(ask({.kind = Kind::values, .label = "rack"}).body == success(""));
}

TEST_CASE("only series with a sample in the time that is asked for count") {
  const auto between = [](std::optional<ground::Utc> from, std::optional<ground::Utc> to) {
    return ask({.matches = {"rack_fan_speed_rpm"}, .from = from, .to = to}).body;
  };
  CHECK(between(noon, noon) == success(both));
  CHECK(between(noon + 9s, {}) == success(both));
  CHECK(between(noon + 10s, {}) == success(""));
  CHECK(between({}, noon - 1s) == success(""));
  CHECK(between(ground::Utc{-9'000'000'000s}, ground::Utc{9'000'000'000s}) == success(both));
}

TEST_CASE("a limit cuts what is told and says so") {
  CHECK(ask({.kind = Kind::names, .limit = 1}).body ==
        R"({"status":"success","data":["__name__"],"warnings":["results truncated due to limit"]})");
  CHECK(ask({.kind = Kind::values, .label = "index", .limit = 2}).body == success(R"("1","2")"));
}

TEST_CASE("what is no plain selector is bad data") {
  const std::string wrong = GENERATE("up[5m]", "up offset 1m", "up @ 5", "sum(up)", "1", "{}", "up{", "\"up\"");
  const auto answer = ask({.matches = {wrong}});
  CHECK(answer.status == 400);
  CHECK(answer.body.find("match[]") != std::string::npos);
}

TEST_CASE("a catalogue out of time is a timeout") {
  CHECK(ask({.kind = Kind::names}, [] { return true; }).status == 503);
}
