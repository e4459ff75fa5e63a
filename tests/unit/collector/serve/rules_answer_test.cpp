#include "collector/serve/rules_answer.hpp"

#include <boost/json.hpp>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/serve/routes.hpp"
#include "small_rack.hpp"

using namespace holdup;
using namespace holdup::serve;
using rules::AlertState;
using serve::test::small_site;

namespace {

constexpr ground::Utc noon_utc{std::chrono::seconds{1'700'000'000}};

std::shared_ptr<const rules::RuleSet> two_groups() {
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"a.yml", R"(groups:
  - name: fans
    interval: 30s
    limit: 7
    rules:
      - {record: 'fan:slowest', expr: 'min(rack_fan_speed_rpm)', labels: {unit: rpm}}
      - {alert: slow, expr: 'rack_fan_speed_rpm < 8000', for: 5m, keep_firing_for: 1m, labels: {severity: page}, annotations: {summary: '{{ $value }} rpm'}}
  - name: power
    rules: [{alert: idle, expr: 'rack_power_watts < 1'}]
)"}};
  auto out = rules::load(files, problems);
  REQUIRE(problems.ok());
  return std::make_shared<const rules::RuleSet>(std::move(out));
}

core::RuleAlert alert(std::size_t rule, const std::string& fan, AlertState state, double value) {
  core::RuleAlert out{.transition = {}, .since = noon_utc};
  out.transition.alert = "slow";
  out.transition.labels = rules::Labels{{{"alertname", "slow"}, {"index", fan}}};
  out.transition.annotations = {{"summary", "slow"}};
  out.transition.value = value;
  out.transition.to = state;
  out.transition.rule = rule;
  return out;
}

News told(std::vector<core::RuleAlert> alerts, std::shared_ptr<const rules::RuleSet> rules = {}) {
  News news;
  news.rules = std::move(rules);
  news.rule_alerts = std::move(alerts);
  return news;
}

boost::json::object get(const Mirror& mirror, const std::string& target) {
  const auto answer = std::get<Answer>(route({.method = Method::get, .target = target}, mirror, {}));
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto all = boost::json::parse(answer.body).as_object();
  REQUIRE(all.at("status") == "success");
  return all.at("data").as_object();
}

}  // namespace

TEST_CASE("rules are told by group, with their alerts and how they stand") {
  Mirror mirror{small_site()};
  CHECK(get(mirror, "/api/v1/rules").at("groups").as_array().empty());
  mirror.apply(told({alert(1, "1", AlertState::pending, 7500), alert(1, "2", AlertState::firing, 7000)}, two_groups()));
  News failed;
  failed.figures = OwnFigures{};
  failed.figures->rule_errors = {{2, "it failed"}};
  mirror.apply(std::move(failed));
  const auto groups = get(mirror, "/api/v1/rules").at("groups").as_array();
  REQUIRE(groups.size() == 2);
  const auto& fans = groups[0].as_object();
  CHECK((fans.at("name") == "fans" && fans.at("file") == "a.yml"));
  CHECK((fans.at("interval").to_number<double>() == 30 && fans.at("limit") == 7));
  const auto& recording = fans.at("rules").at(0).as_object();
  CHECK((recording.at("type") == "recording" && recording.at("name") == "fan:slowest" && recording.at("health") == "ok"));
  const auto& slow = fans.at("rules").at(1).as_object();
  CHECK((slow.at("type") == "alerting" && slow.at("state") == "firing" && slow.at("query") == "rack_fan_speed_rpm < 8000"));
  CHECK((slow.at("duration").to_number<double>() == 300 && slow.at("keepFiringFor").to_number<double>() == 60));
  CHECK(slow.at("annotations").at("summary") == "{{ $value }} rpm");
  REQUIRE(slow.at("alerts").as_array().size() == 2);
  const auto& pending = slow.at("alerts").at(0).as_object();
  CHECK((pending.at("state") == "pending" && pending.at("value") == "7.5e+03" && pending.at("labels").at("index") == "1"));
  CHECK(pending.at("activeAt") == "2023-11-14T22:13:20.000Z");
  const auto& idle = groups[1].at("rules").at(0).as_object();
  CHECK((idle.at("health") == "err" && idle.at("lastError") == "it failed" && idle.at("state") == "inactive"));
}

TEST_CASE("a question for rules may name their type, names, groups and files") {
  Mirror mirror{small_site()};
  mirror.apply(told({alert(1, "1", AlertState::firing, 1)}, two_groups()));
  const auto names = [&](const std::string& asked) {
    std::string out;
    const auto data = get(mirror, "/api/v1/rules?" + asked);
    for (const auto& group : data.at("groups").as_array())
      for (const auto& rule : group.at("rules").as_array()) out += std::string{rule.at("name").as_string()} + ' ';
    return out;
  };
  CHECK(names("type=alert") == "slow idle ");
  CHECK(names("type=record") == "fan:slowest ");
  CHECK(names("rule_name[]=idle&rule_name[]=slow") == "slow idle ");
  CHECK(names("rule_group[]=power") == "idle ");
  CHECK(names("file[]=b.yml").empty());
  CHECK(!get(mirror, "/api/v1/rules?exclude_alerts=true&type=alert").at("groups").at(0).at("rules").at(0).as_object().contains("alerts"));
  CHECK(std::get<Answer>(route({.method = Method::get, .target = "/api/v1/rules?type=x"}, mirror, {})).status == 400);
}

TEST_CASE("alerts that stand are told until they end, or the rules change") {
  Mirror mirror{small_site()};
  const auto standing = [&] { return get(mirror, "/api/v1/alerts").at("alerts").as_array().size(); };
  mirror.apply(told({alert(1, "1", AlertState::firing, 1), alert(1, "2", AlertState::pending, 1)}, two_groups()));
  CHECK(standing() == 2);
  mirror.apply(told({alert(1, "1", AlertState::inactive, 1), alert(9, "3", AlertState::firing, 1)}));
  CHECK(standing() == 1);
  mirror.apply(told({}, two_groups()));
  CHECK(standing() == 0);
}
