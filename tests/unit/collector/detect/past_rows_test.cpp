#include <cmath>

#include "tests/unit/collector/detect/rig.hpp"

// What devices counted between two polls: rows 6, 7 and 27 of docs/verdicts.md, and zeros of a card that has just started (row 19).

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

constexpr double uptime_wrap = 42949672.96;

reading::Point point(Meaning means, const std::string& metric) {
  reading::Point made;
  made.means = means;
  made.metric = metric;
  made.labels = {{"index", "3"}};
  if (means == Meaning::uptime) made.wraps_at = uptime_wrap;
  return made;
}

// pdu-a with a card that counts, pdu-b with outlet powers only; both are heard every second.
class Counting {
 public:
  std::map<Meaning, double> a{{Meaning::input_voltage, 230}, {Meaning::outlet_state, 1},     {Meaning::outlet_current, 1.4},
                              {Meaning::outlet_power, 300},  {Meaning::uptime, 86400},       {Meaning::input_loss_count, 7},
                              {Meaning::transfer_count, 2},  {Meaning::input_fail_cause, 9}, {Meaning::none, 5e9}};
  double b_watts = 300;
  bool a_answers = true;
  Duration under_way{};  // of an answer

  explicit Counting(std::set<Meaning> without = {}, std::optional<Duration> b_refresh = {}) : site_{site_of(pdus_only)}, detector_{site_} {
    for (Meaning means : without) a.erase(means);
    identify();
    std::vector b{point(Meaning::input_voltage, "v"), point(Meaning::outlet_power, "p")};
    b.back().refresh = b_refresh;
    detector_.identified(1, b, now_);
  }

  void identify() {
    std::vector<reading::Point> points;
    for (const auto& [means, value] : a) {
      auto& made =
          points.emplace_back(point(means, means == Meaning::none ? "rack_energy_joules_total" : "m" + std::to_string(points.size())));
      if (means == Meaning::input_fail_cause)
        made.harmless = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{1, 9});
    }
    detector_.identified(0, points, now_);
  }

  void run(Duration length) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += 1s;
      hear_a();
      const std::vector<reading::Reading> b{{.point = 0, .quality = Quality::good, .value = 230, .time = now_},
                                            {.point = 1, .quality = Quality::good, .value = b_watts, .time = now_}};
      detector_.heard(1, b, now_);
      for (auto& change : assessed(detector_, now_)) changes.push_back(std::move(change));
      if (const auto uptime = a.find(Meaning::uptime); uptime != a.end()) uptime->second += 1;
    }
  }

  void hear_a() {
    if (!a_answers) return detector_.unanswered(0, now_);
    std::vector<reading::Reading> readings;
    for (const auto& [means, value] : a)
      if (!std::isnan(value))
        readings.push_back({.point = number(means), .quality = Quality::good, .value = value, .time = now_ - under_way});
    detector_.heard(0, readings, now_);
  }

  std::uint32_t number(Meaning means) const { return static_cast<std::uint32_t>(std::distance(a.begin(), a.find(means))); }

  // "past past_interruption pdu-a proven"
  std::vector<std::string> past() const {
    std::vector<std::string> out;
    for (const auto& change : changes)
      if (change.kind == Change::Kind::past)
        out.push_back(std::string{name(change.finding.verdict)} + " " + change.finding.element.text() + " " +
                      std::string{name(change.finding.strength)});
    return out;
  }

  std::vector<Change> changes;
  Detector& detector() { return detector_; }
  Instant now() const { return now_; }

 private:
  site::Site site_;
  Detector detector_;
  Instant now_{1000s};
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("a loss that a device counted between two polls is told once, with the interval it lies in") {
  Counting rack;
  rack.run(10s);
  const auto before = rack.now();
  rack.a[Meaning::input_loss_count] += 1;
  rack.run(30s);
  REQUIRE(rack.past() == Said{"past_interruption pdu-a proven"});
  const auto& finding = rack.changes.front().finding;
  CHECK(finding.since == before);
  CHECK(finding.signs.front().value == 8);
  CHECK(rack.detector().idle());
}

TEST_CASE("a transfer that was counted is told, a count that goes back is a new device, and no event") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::transfer_count] += 1;
  rack.run(10s);
  CHECK(rack.past() == Said{"transferred pdu-a proven"});
  rack.a[Meaning::transfer_count] = 0, rack.a[Meaning::input_loss_count] = 0;
  rack.run(10s);
  CHECK(rack.past().size() == 1);
  const auto notes = rack.detector().take_notes();
  REQUIRE(notes.size() == 1);
  CHECK(notes.front().find("counters_fell device=pdu-a fell=2 wrapped=0 restarted=no") == 0);
}

TEST_CASE("another cause of the last failure is an interruption, a self-test is none") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::input_fail_cause] = 4;
  rack.run(10s);
  CHECK(rack.past() == Said{"past_interruption pdu-a proven"});
  rack.a[Meaning::input_fail_cause] = 9;
  rack.run(10s);
  CHECK(rack.past().size() == 1);
}

TEST_CASE("what a PDU counted is told once: not where all that hangs on it was seen to go, but where something was not") {
  const bool more = GENERATE(false, true);
  const std::string unseen = "  cab2: {supplies: {psu1: {cord: pdu-a/outlet/4}, psu2: {cord: pdu-b/outlet/4}}}\n";
  Rig rig{two_feeds + (more ? unseen : "")};
  rig.tells("pdu-a", {{.means = Meaning::input_loss_count, .value = 7}});
  rig.run(10s);
  rig.ac("unit1", 0);
  rig.run(500ms);
  rig.ac("unit1", 1), rig.set("pdu-a", Meaning::input_loss_count, 8);
  rig.run(30s);
  CHECK(rig.ever(supply_input_lost));
  CHECK(rig.ever(past_interruption) == more);
  CHECK(rig.idle());
}

TEST_CASE("what was counted of a loss that was seen is no second one") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::input_voltage] = 0;
  rack.run(2s);
  REQUIRE(rack.detector().held(pdu_dark, *ground::Element::parse("pdu-a")));
  rack.a[Meaning::input_loss_count] += 1;
  rack.run(5s);
  rack.a[Meaning::input_voltage] = 230;
  rack.run(30s);
  CHECK(rack.past().empty());
  CHECK(rack.detector().idle());
}

TEST_CASE("row 6: a card that restarted while its counters stood and its energy went on lost no power") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::uptime] = 3, rack.a[Meaning::none] += 900;
  rack.run(10s);
  CHECK(rack.past() == Said{"card_restarted device/pdu-a proven"});
}

TEST_CASE("row 6: without a count and without another eye a restart of the card is probable only") {
  Counting rack{{Meaning::input_loss_count, Meaning::outlet_power, Meaning::outlet_current}};
  rack.run(10s);
  rack.a[Meaning::uptime] = 3;
  rack.run(10s);
  CHECK(rack.past() == Said{"card_restarted device/pdu-a probable"});
}

TEST_CASE("row 7: a card that restarted and counts a loss had an interruption") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::uptime] = 3, rack.a[Meaning::input_loss_count] += 1;
  rack.run(10s);
  CHECK(rack.past() == Said{"past_interruption pdu-a proven"});
}

TEST_CASE("row 7: a card that restarted while the sibling carried its share had an interruption") {
  Counting rack{{Meaning::input_loss_count, Meaning::outlet_current}};
  rack.run(10s);
  rack.a_answers = false, rack.b_watts = 600;
  rack.run(1s);
  rack.a_answers = true, rack.b_watts = 300;
  rack.a[Meaning::uptime] = 1;
  rack.run(10s);
  CHECK(rack.past() == Said{"past_interruption pdu-a proven"});
}

TEST_CASE("row 7: siblings that carried no more until after the card was silent prove no interruption") {
  const Duration unmoved = GENERATE(0s, 3s);
  Counting rack{{Meaning::input_loss_count, Meaning::outlet_current}};
  rack.run(10s);
  rack.a_answers = false;
  rack.run(unmoved);
  rack.b_watts = 600;
  rack.run(2s);
  rack.a_answers = true, rack.b_watts = 300;
  rack.a[Meaning::uptime] = 1;
  rack.run(10s);
  CHECK(rack.past() == Said{unmoved > 0s ? "past_interruption pdu-a probable" : "past_interruption pdu-a proven"});
}

TEST_CASE("row 7: a load that started before the card restarted, as its sibling's slow meter tells later, had no interruption") {
  const auto refresh = GENERATE(std::optional<Duration>{}, std::optional<Duration>{5s});
  Counting rack{{Meaning::input_loss_count, Meaning::outlet_current}, refresh};
  rack.a[Meaning::outlet_power] = 0, rack.b_watts = 0;
  rack.run(10s);
  rack.a[Meaning::outlet_power] = 300;
  rack.run(2s);
  rack.a_answers = false, rack.b_watts = 300;
  rack.run(1s);
  rack.a_answers = true, rack.a[Meaning::uptime] = 1;
  rack.run(10s);
  CHECK((rack.past().front() == "past_interruption pdu-a proven") == !refresh);
}

TEST_CASE("sysUpTime that wraps is no restart") {
  Counting rack;
  rack.a[Meaning::uptime] = uptime_wrap - 5;
  rack.run(4s);
  rack.a[Meaning::uptime] = 0.5;
  rack.run(10s);
  CHECK(rack.past().empty());
}

TEST_CASE("what a device counted while it was identified anew is told") {
  Counting rack;
  rack.run(10s);
  rack.a[Meaning::input_loss_count] += 1;
  rack.identify();
  rack.run(10s);
  CHECK(rack.past() == Said{"past_interruption pdu-a proven"});
}

TEST_CASE("row 19: zeros of a card that has just started are no evidence, zeros later are") {
  Counting rack{{Meaning::input_loss_count, Meaning::transfer_count, Meaning::input_fail_cause, Meaning::none}};
  rack.run(10s);
  for (auto& [means, value] : rack.a) value = 0;
  rack.run(30s);
  CHECK_FALSE(rack.detector().held(pdu_dark, *ground::Element::parse("pdu-a")));
  CHECK_FALSE(rack.detector().held(supply_off_commanded, *ground::Element::parse("cab1/psu1")));
  rack.run(60s);
  CHECK(rack.detector().held(pdu_dark, *ground::Element::parse("pdu-a")));
}

TEST_CASE("row 19: what a card told before it was silent is not beside its first zero") {
  Counting rack{{Meaning::input_loss_count, Meaning::transfer_count, Meaning::input_fail_cause, Meaning::none}};
  rack.run(10s);
  rack.a_answers = false;
  rack.run(20s);
  rack.a_answers = true;
  for (auto& [means, value] : rack.a) value = std::nan("");
  rack.a[Meaning::input_voltage] = 0;
  rack.a[Meaning::uptime] = 3;
  rack.run(5s);
  CHECK_FALSE(rack.detector().held(pdu_dark, *ground::Element::parse("pdu-a")));
}

TEST_CASE("row 19: the first answer of a started card that tells anything but 0 is a whole answer: what is off in it is off") {
  Counting rack{{Meaning::input_loss_count, Meaning::transfer_count, Meaning::input_fail_cause, Meaning::none}};
  rack.run(10s);
  rack.a_answers = false;
  rack.run(20s);
  rack.a_answers = true;
  for (auto& [means, value] : rack.a) value = 0;
  rack.run(3s);
  REQUIRE_FALSE(rack.detector().held(supply_off_commanded, *ground::Element::parse("cab1/psu1")));
  rack.a[Meaning::input_voltage] = 230;
  rack.under_way = 1ms;
  rack.run(1s);
  CHECK(rack.detector().held(supply_off_commanded, *ground::Element::parse("cab1/psu1")));
}

TEST_CASE("row 19: also where the first whole answer of a started card comes late, what it told of before does not stand beside it") {
  Counting rack{{Meaning::input_loss_count, Meaning::transfer_count, Meaning::input_fail_cause, Meaning::none}};
  rack.run(10s);
  rack.a_answers = false;
  rack.run(20s);
  rack.a_answers = true;
  for (auto& [means, value] : rack.a) value = 0;
  rack.run(3s);
  const Instant asked = rack.now() + 1ms;
  const std::vector<reading::Reading> late{
      {.point = rack.number(Meaning::input_voltage), .quality = Quality::good, .value = 230, .time = asked}};
  rack.detector().heard_late(0, asked, late);
  for (const auto& change : rack.detector().assess(asked + 2s)) CHECK(change.finding.verdict != supply_off_commanded);
}

TEST_CASE("row 19: what a card told before it started is not beside its first zeros, however short it was away") {
  Counting rack{{Meaning::input_loss_count, Meaning::transfer_count, Meaning::input_fail_cause, Meaning::none}};
  rack.run(10s);
  rack.a_answers = false;
  rack.run(1s);
  rack.a_answers = true;
  for (auto& [means, value] : rack.a) value = 0;
  rack.a[Meaning::input_voltage] = std::nan("");  // asked more seldom: it stands as it was told before
  rack.run(5s);
  CHECK_FALSE(rack.detector().held(supply_off_commanded, *ground::Element::parse("cab1/psu1")));
}

TEST_CASE("a UPS that only counts its seconds on battery is on battery while they count") {
  Counting rack{{Meaning::input_loss_count, Meaning::input_fail_cause}};
  rack.a[Meaning::seconds_on_battery] = 0;
  rack.identify();
  rack.run(10s);
  rack.a[Meaning::seconds_on_battery] = 4;
  rack.run(2s);
  CHECK(rack.detector().held(ups_on_battery, *ground::Element::parse("pdu-a")));
  rack.a[Meaning::seconds_on_battery] = 0;
  rack.run(10s);
  CHECK_FALSE(rack.detector().held(ups_on_battery, *ground::Element::parse("pdu-a")));
}
