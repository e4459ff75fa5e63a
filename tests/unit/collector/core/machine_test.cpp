#include "collector/core/machine.hpp"

#include <algorithm>

#include "collector/rules/rule_file.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using core::Effects;
using core::Machine;
using detect::Meaning;
using ground::Instant;
using ground::Quality;

namespace {

const std::string with_target = detect::test::two_feeds + "alerts: {webhook: [http://127.0.0.1:9/hook]}\n";

constexpr const char* fan_rule = R"(groups:
  - name: g
    rules:
      - alert: fan_slow
        expr: rack_fan_speed_rpm < 3000
        for: 10s
        annotations: {summary: slow}
)";

rules::RuleSet rules_of(const std::string& text) {
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"r.yml", text}};
  auto set = rules::load(files, problems);
  REQUIRE(problems.ok());
  return set;
}

core::Configuration configuration(const std::string& rule_text = fan_rule) {
  return {.site = std::make_unique<const site::Site>(detect::test::site_of(with_target)), .rules = rules_of(rule_text)};
}

std::string text_of(const Effects& effects) {
  std::string out;
  for (const auto& post : effects.posts)
    out += "post " + std::to_string(post.target) + " " + std::to_string(post.token) + " " + post.body + "\n";
  for (const auto& order : effects.orders) {
    out += "order " + std::to_string(order.device) + " " + std::to_string(order.deadline.time_since_epoch().count());
    for (auto p : order.points) out += " " + std::to_string(p);
    out += "\n";
  }
  for (const auto& event : effects.events) out += record::to_json(event) + "\n";
  for (const auto& batch : effects.batches)
    for (const auto& sample : batch.samples) out += "sample " + std::to_string(sample.series) + " " + std::to_string(sample.value) + "\n";
  for (const auto& log : effects.logs) out += log.text + "\n";
  if (effects.timer) out += "timer " + std::to_string(effects.timer->time_since_epoch().count()) + "\n";
  return out;
}

// A machine, a rack that answers every order at once, and a receiver that accepts everything.
struct MachineBench {
  std::unique_ptr<Machine> machine;
  Instant now{1000s};
  std::vector<record::Event> events;
  std::vector<std::string> bodies;
  std::vector<core::Warning> warnings;
  std::string all;
  std::map<std::string, std::map<Meaning, double>> values;
  std::set<std::string> silent;
  double fan = 9000;
  std::vector<plan::Order> orders;
  std::optional<Instant> timer;

  explicit MachineBench(std::string boot = "b", std::vector<record::Event> stored = {})
      : machine{std::make_unique<Machine>(configuration())} {
    for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) values[pdu] = {{Meaning::input_voltage, 230}, {Meaning::outlet_power, 300}};
    for (const char* unit : {"unit1", "unit2"})
      values[unit] = {{Meaning::supply_input_ok, 1}, {Meaning::supply_output_power, 300}, {Meaning::fan_speed, 9000}};
    step(core::Started{.boot = std::move(boot), .seed = 3});
    step(core::Restored{.events = std::move(stored)});
  }
  MachineBench(const MachineBench&) = delete;

  void lose_a() {
    silent = {"pdu-a", "pdu-a2"};
    values["unit1"] = {{Meaning::supply_input_ok, 0}, {Meaning::supply_output_power, 0}, {Meaning::fan_speed, 9000}};
    values["unit2"][Meaning::supply_output_power] = 600;
    values["pdu-b"][Meaning::outlet_power] = 600;
  }
  void back() {
    silent.clear();
    values["unit1"] = values["unit2"] = {{Meaning::supply_input_ok, 1}, {Meaning::supply_output_power, 300}, {Meaning::fan_speed, 9000}};
    values["pdu-b"][Meaning::outlet_power] = 300;
  }

  void step(core::Input input) {
    auto effects = machine->step({now, 500s}, std::move(input));
    all += text_of(effects);
    timer = effects.timer;
    events.insert(events.end(), effects.events.begin(), effects.events.end());
    warnings.insert(warnings.end(), effects.warnings.begin(), effects.warnings.end());
    for (auto& order : effects.orders) orders.push_back(std::move(order));
    for (const auto& post : effects.posts) {
      bodies.push_back(post.body);
      step(core::Delivered{.target = post.target, .token = post.token, .accepted = true});
    }
  }

  void run(ground::Duration length) {
    const Instant end = now + length;
    while (true) {
      auto next = timer.value_or(end);
      const plan::Order* first = nullptr;
      for (const auto& order : orders)
        if (const auto at = answer_at(order); at <= next) next = at, first = &order;
      if (next >= end) break;
      now = std::max(now, next);
      if (first == nullptr) {
        timer.reset();
        step(core::TimerDue{});
        continue;
      }
      const auto order = *first;
      orders.erase(orders.begin() + (first - orders.data()));
      answer(order);
    }
    now = end;
  }

  [[nodiscard]] const std::string& name_of(const plan::Order& order) const { return machine->site().devices[order.device].name; }
  [[nodiscard]] Instant answer_at(const plan::Order& order) const {
    if (silent.contains(name_of(order))) return order.deadline;
    return order.deadline - (order.kind == plan::Order::Kind::identify ? 9990ms : 49ms);
  }

  void answer(const plan::Order& order) {
    const auto& name = name_of(order);
    if (silent.contains(name))
      return step(core::Unanswered{.device = order.device, .asked = now - 1ms, .failure = {ground::FailureKind::timeout, "no answer"}});
    std::vector<reading::Point> points;
    std::vector<reading::Reading> readings;
    for (const auto& [means, value] : values[name]) {
      reading::Point point;
      point.metric = means == Meaning::fan_speed ? "rack_fan_speed_rpm"
                                                 : "rack_" + std::string{reading::meaning_names[static_cast<std::size_t>(means)]};
      point.labels = {{"index", "3"}, {"part", "outlet"}};
      point.means = means;
      point.lane = reading::Lane::hot;
      readings.push_back({.point = static_cast<std::uint32_t>(points.size()),
                          .quality = Quality::good,
                          .value = means == Meaning::fan_speed ? fan : value,
                          .time = now});
      points.push_back(std::move(point));
    }
    if (order.kind == plan::Order::Kind::identify)
      return step(core::Identified{.device = order.device, .identity = {}, .points = std::move(points)});
    step(core::Answered{.device = order.device, .asked = now, .readings = std::move(readings)});
  }

  [[nodiscard]] std::size_t count(const std::string& verdict, record::Phase phase) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](const auto& e) { return e.verdict == verdict && e.phase == phase; }));
  }
  // Alerts on the board that fire, by their incident.
  [[nodiscard]] std::string last_body_with(const std::string& text) const {
    const auto at = std::find_if(bodies.rbegin(), bodies.rend(), [&](const auto& b) { return b.find(text) != std::string::npos; });
    return at == bodies.rend() ? "" : *at;
  }
};

// The alerts of one body: text of each.
std::vector<std::string> split(const std::string& body) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = body.find("{\"labels\"", at)) != std::string::npos;) {
    const auto next = body.find("{\"labels\"", at + 1);
    out.push_back(body.substr(at, next == std::string::npos ? next : next - at));
    at = next == std::string::npos ? body.size() : next;
  }
  return out;
}

std::string field(const std::string& json, const std::string& key) {
  const auto at = json.find("\"" + key + "\":\"");
  if (at == std::string::npos) return "";
  const auto from = at + key.size() + 4;
  return json.substr(from, json.find('"', from) - from);
}

}  // namespace

TEST_CASE("the same inputs at the same moments give the same effects, byte for byte") {
  const auto play = [] {
    MachineBench bench;
    bench.run(20s);
    bench.lose_a();
    bench.run(30s);
    bench.back();
    bench.run(30s);
    return bench.all;
  };
  const auto once = play();
  CHECK(once.size() > 10'000);
  CHECK(once == play());
}

TEST_CASE("a lost feed is one incident with one alert at any time, and one body moves it up") {
  MachineBench bench;
  bench.run(20s);
  CHECK(bench.events.empty());
  CHECK(bench.bodies.empty());
  bench.lose_a();
  bench.run(20s);
  REQUIRE(bench.machine->incidents().size() == 1);
  CHECK(bench.machine->incidents()[0].verdict == detect::Verdict::feed_lost);
  std::map<std::string, std::string> firing;  // receiver's view: labels → incident
  bool moved = false;
  for (const auto& body : bench.bodies) {
    bool resolved = false, fired = false;
    for (const auto& alert : split(body)) {
      const auto labels = alert.substr(0, alert.find("annotations"));
      const bool over = ground::parse_iso8601(field(alert, "endsAt")) <= ground::Utc{bench.now.time_since_epoch() + 500s};
      over ? resolved = firing.erase(labels) > 0 : fired = firing.emplace(labels, field(alert, "incident")).second;
    }
    moved = moved || (resolved && fired);
    std::set<std::string> incidents;
    for (const auto& [labels, incident] : firing) CHECK(incidents.insert(incident).second);
  }
  CHECK(moved);
  REQUIRE(firing.size() == 1);
  CHECK(firing.begin()->first.find(R"({"alertname":"feed_lost","element":"feed/A","rack":"r","severity":"critical"})") !=
        std::string::npos);
  bench.back();
  bench.run(20s);
  CHECK(bench.machine->incidents().empty());
  CHECK(bench.events.back().verdict == "restored");
  CHECK(bench.events.back().element == "feed/A");
  CHECK(bench.count("restored", record::Phase::end) == 1);
}

TEST_CASE("after a restart an open incident keeps its id, begins nothing anew and is told under the same labels") {
  MachineBench before;
  before.run(20s);
  before.lose_a();
  before.run(20s);
  const auto id = before.machine->incidents().at(0).id;
  MachineBench after{"c", before.events};
  REQUIRE(after.bodies.size() == 1);
  const auto told = split(after.bodies[0]);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find(R"({"alertname":"feed_lost","element":"feed/A","rack":"r","severity":"critical"})") != std::string::npos);
  CHECK(field(told[0], "incident") == id);
  after.lose_a();
  after.run(60s);
  REQUIRE(after.machine->incidents().size() == 1);
  CHECK(after.machine->incidents()[0].id == id);
  CHECK(after.count("feed_lost", record::Phase::begin) == 0);
  CHECK(after.count("supply_input_lost", record::Phase::begin) == 0);
  after.back();
  after.run(60s);
  CHECK(after.machine->incidents().empty());
  CHECK(after.events.back().verdict == "restored");
  CHECK(after.events.back().incident == id);
  CHECK(after.events.back().id.starts_with("c-"));
}

TEST_CASE("a crash before the restoration was written: it is written, and its alert ends at the receiver") {
  MachineBench before;
  before.run(20s);
  before.lose_a();
  before.run(20s);
  before.back();
  before.run(20s);
  REQUIRE(before.events.back().verdict == "restored");
  before.events.pop_back();
  MachineBench after{"c", before.events};
  REQUIRE(after.events.size() == 1);
  CHECK(after.events[0].verdict == "restored");
  REQUIRE(after.bodies.size() == 1);
  CHECK(field(after.bodies[0], "alertname") == "feed_lost");
  CHECK(field(after.bodies[0], "endsAt") == ground::iso8601(ground::Utc{1500s}));
}

TEST_CASE("a reload keeps incidents, their alerts and the clocks of rules") {
  MachineBench bench;
  bench.run(20s);
  bench.lose_a();
  bench.run(20s);
  const auto id = bench.machine->incidents().at(0).id;
  const auto said = bench.events.size();
  bench.fan = 2000;
  bench.run(6s);
  CHECK(bench.warnings.empty());
  auto fresh = configuration();
  bench.orders.clear();
  bench.step(core::SiteChanged{.site = std::move(fresh.site), .rules = std::move(fresh.rules)});
  bench.run(6s);
  CHECK(std::any_of(bench.warnings.begin(), bench.warnings.end(), [](const auto& w) { return w.name == "fan_slow" && w.firing; }));
  bench.run(20s);
  CHECK(bench.machine->incidents().at(0).id == id);
  CHECK(bench.events.size() == said);
  CHECK_FALSE(bench.last_body_with(id).empty());
  bench.back();
  bench.run(20s);
  CHECK(bench.machine->incidents().empty());
}

TEST_CASE("a rule's alert carries its name, element, rack and severity, and ends when it holds no more") {
  MachineBench bench;
  bench.run(20s);
  bench.fan = 2000;
  bench.run(15s);
  const auto body = bench.last_body_with("fan_slow");
  REQUIRE_FALSE(body.empty());
  CHECK(field(body, "alertname") == "fan_slow");
  CHECK(field(body, "element").starts_with("cab1/psu"));
  CHECK(field(body, "rack") == "r");
  CHECK(field(body, "severity") == "warning");
  CHECK(field(body, "summary") == "slow");
  CHECK(bench.events.empty());
  bench.fan = 9000;
  bench.run(5s);
  REQUIRE(bench.warnings.size() == 4);
  CHECK_FALSE(bench.warnings.back().firing);
}

TEST_CASE("a contact edge is told as soon as it has held for its qualify") {
  MachineBench bench;
  bench.run(20s);
  bench.step(core::Edges{{{.contact = 0, .open = true, .at = bench.now}}});
  CHECK(bench.bodies.empty());
  bench.run(3ms);
  REQUIRE_FALSE(bench.bodies.empty());
  CHECK(bench.last_body_with("supply_input_lost").find("reported") != std::string::npos);
  bench.run(10s);  // the status unit knows better
  CHECK(bench.last_body_with("contact_failed").find("contact/") != std::string::npos);
  bench.step(core::Edges{{{.contact = 0, .open = false, .at = bench.now}}});
  bench.run(10s);
  CHECK(bench.machine->incidents().empty());
}

TEST_CASE("a contact's sample is as old as its edge") {
  MachineBench bench;
  bench.run(20s);
  const auto edge = bench.now;
  bench.step(core::Edges{{{.contact = 0, .open = true, .at = edge}}});
  bool seen = false;
  while (!seen && bench.now < edge + 1s) {
    bench.now += 1ms;
    for (const auto& batch : bench.machine->step({bench.now, 500s}, core::TimerDue{}).batches)
      if (std::ranges::any_of(batch.born, [](const auto& born) { return born.second.name == "rack_contact_closed"; })) {
        seen = true;
        CHECK(batch.at - batch.age == edge);
        CHECK(batch.age >= 2ms);
      }
  }
  CHECK(seen);
}

TEST_CASE("a device that falls silent is logged once, and once when it answers") {
  MachineBench bench;
  bench.run(20s);
  bench.silent = {"pdu-b"};
  bench.run(30s);
  bench.silent.clear();
  bench.run(10s);
  const auto times = [&](const std::string& text) {
    unsigned n = 0;
    for (std::size_t at = 0; (at = bench.all.find(text, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  CHECK(times("device_silent device=pdu-b after=3 reason=timeout") == 1);
  CHECK(times("device_answers device=pdu-b") == 1);
}

TEST_CASE("a loss that was counted between two polls is an incident that is over, and an alert that stands for five minutes") {
  MachineBench bench;
  bench.values["unit1"][Meaning::input_loss_count] = 4;
  bench.run(20s);
  bench.values["unit1"][Meaning::input_loss_count] = 5;
  bench.run(20s);
  CHECK(bench.count("past_interruption", record::Phase::end) == 1);
  CHECK(bench.count("past_interruption", record::Phase::begin) == 1);
  CHECK(bench.count("restored", record::Phase::end) == 1);
  CHECK(bench.machine->incidents().empty());
  const auto told = bench.last_body_with("past_interruption");
  CHECK(field(told, "element") == "cab1/psu1");
  CHECK(field(told, "severity") == "warning");
  const auto event = std::find_if(bench.events.begin(), bench.events.end(), [](const auto& e) { return e.verdict == "past_interruption"; });
  CHECK(event->incident == event->id);
  CHECK(event->uncertainty >= 2s);
  CHECK(field(told, "incident") == event->id);
  bench.run(30min);
  const auto quiet = bench.bodies.size();
  CHECK(quiet > 4);
  bench.run(10min);
  CHECK(bench.bodies.size() == quiet);
}

TEST_CASE("meters that contradict each other are a ticket of their own, which no loss hides behind") {
  MachineBench bench;
  const auto play = [&](double watts) {
    std::vector<reading::Point> points;
    std::vector<reading::Reading> readings;
    for (const auto& [metric, value] :
         {std::pair{"rack_voltage_volts", 230.}, {"rack_current_amperes", 1.4}, {"rack_power_watts", watts}}) {
      auto& made = points.emplace_back();
      made.metric = metric, made.labels = {{"part", "inlet"}};
      readings.push_back(
          {.point = static_cast<std::uint32_t>(points.size() - 1), .quality = Quality::good, .value = value, .time = bench.now});
    }
    const auto device = *bench.machine->site().device("pdu-a2");
    bench.step(core::Identified{.device = device, .identity = {}, .points = points});
    for (int i = 0; i < 4; ++i) bench.step(core::Answered{.device = device, .asked = bench.now, .readings = readings}), bench.now += 1s;
  };
  bench.run(1s);
  play(31000);
  CHECK(bench.count("meter_implausible", record::Phase::begin) == 1);
  CHECK(bench.all.find("implausible device=pdu-a2") != std::string::npos);
  REQUIRE(bench.machine->incidents().size() == 1);
  CHECK(bench.machine->incidents()[0].cause.text() == "pdu-a2");
  play(310);
  bench.now += 3s;
  bench.step(core::TimerDue{});
  CHECK(bench.count("meter_implausible", record::Phase::end) == 1);
  CHECK(bench.machine->incidents().empty());
}
