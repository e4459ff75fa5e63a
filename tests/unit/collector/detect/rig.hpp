#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "catch.hpp"
#include "collector/detect/detector.hpp"
#include "collector/site/site_file.hpp"

// A rack that is heard every half second: tests say what changes on it, let time run and read what the detector says.
namespace holdup::detect::test {

using namespace std::chrono_literals;

/// Both halves of what changed.
inline std::vector<Change> assessed(Detector& detector, Instant now) {
  auto out = detector.assess(now);
  for (auto& change : detector.assess_rest(now)) out.push_back(std::move(change));
  return out;
}

inline site::Site site_of(const std::string& text) {
  ground::Problems problems;
  auto site = site::parse(text, "rig.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

// cab1 of two supplies, each with a status unit of its own; a second PDU on A; a1, a2 and b behind one switch.
inline const std::string two_feeds = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, via: switch/sw1}
  pdu-a2: {url: snmp://192.0.2.2, feed: A, via: switch/sw1}
  pdu-b: {url: snmp://192.0.2.3, feed: B, via: switch/sw1}
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
contacts:
  wire1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1}
loads:
  cab1:
    sharing: active
    supplies: {psu1: {cord: pdu-a/outlet/3, status: unit1}, psu2: {cord: pdu-b/outlet/3, status: unit2}}
)";

// The same without status units, contacts and the second PDU: only the PDUs see anything.
inline const std::string pdus_only = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, via: switch/sw1}
  pdu-b: {url: snmp://192.0.2.3, feed: B, via: switch/sw1}
loads:
  cab1: {supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
)";

// With what the site says of how the supplies share.
inline std::string sharing(const std::string& word, std::string text = two_feeds) {
  const std::string known = "sharing: active";
  const auto at = text.find(known);
  return at == std::string::npos ? text.insert(text.find("supplies:"), "sharing: " + word + ", ")
                                 : text.replace(at, known.size(), "sharing: " + word);
}

// A and B change places.
inline std::string mirrored(std::string text) {
  for (const auto& [from, to] : {std::pair{"pdu-a", "pdu-b"}, {"unit1", "unit2"}, {"psu1", "psu2"}, {"A", "B"}}) {
    std::string out;
    const std::string a = from, b = to;
    for (std::size_t i = 0; i < text.size();) {
      const bool is_a = text.compare(i, a.size(), a) == 0, is_b = text.compare(i, b.size(), b) == 0;
      if (!is_a && !is_b) {
        out += text[i++];
        continue;
      }
      out += is_a ? b : a;
      i += is_a ? a.size() : b.size();
    }
    text = out;
  }
  return text;
}

class Rig {
 public:
  struct Lack {
    std::set<Meaning> without;  // points that no device has
  };
  explicit Rig(const std::string& text, Duration refresh = {}, const Lack& lack = {})
      : site_{site_of(text)}, detector_{site_}, refresh_{refresh}, lack_{lack.without} {
    for (Index d = 0; d < site_.devices.size(); ++d) {
      auto& device = devices_.emplace_back();
      if (site_.devices[d].feed)
        identify(d,
                 {{Meaning::input_voltage, 230}, {Meaning::outlet_state, 1}, {Meaning::outlet_current, 1.4}, {Meaning::outlet_power, 300}});
      else
        identify(d, {{Meaning::supply_input_ok, 1}, {Meaning::supply_output_ok, 1}, {Meaning::supply_output_power, 300}});
      device.answers = true;
    }
    for (Index c = 0; c < site_.contacts.size(); ++c) detector_.took({.contact = c, .open = false, .at = now_, .found = true});
  }
  Rig(const Rig&) = delete;

  // ---- what happens
  void silent(const std::string& device) { of(device).answers = false; }
  void back(const std::string& device) { of(device).answers = true; }
  /// One more point of a device, from now on.
  struct More {
    Meaning means{};
    double value = 0;
    std::string index = "3", part;
  };
  void tells(const std::string& device, const std::vector<More>& more) {
    Played& played = of(device);
    for (const More& one : more) {
      played.points.push_back({one.means, one.index});
      played.parts[played.points.back()] = one.part;
      played.values[played.points.back()].value = one.value;
    }
    identify(*site_.device(device));
  }
  void set(const std::string& device, Meaning means, double value, const std::string& index = "3") {
    of(device).values[{means, index}].value = value;
  }
  void ac(const std::string& unit, double ok) { of(unit).values[{Meaning::supply_input_ok, "3"}].value = ok; }
  void output(const std::string& unit, double ok) { of(unit).values[{Meaning::supply_output_ok, "3"}].value = ok; }
  void unit_watts(const std::string& unit, double watts) { of(unit).values[{Meaning::supply_output_power, "3"}].value = watts; }
  void outlet(const std::string& pdu, double state) { of(pdu).values[{Meaning::outlet_state, "3"}].value = state; }
  void outlet_watts(const std::string& pdu, double watts) {
    of(pdu).values[{Meaning::outlet_power, "3"}].value = watts;
    of(pdu).values[{Meaning::outlet_current, "3"}].value = watts / 214;
  }
  void volts(const std::string& pdu, double volts) { of(pdu).values[{Meaning::input_voltage, "3"}].value = volts; }
  void quality(const std::string& device, Meaning means, Quality quality) { of(device).values[{means, "3"}].quality = quality; }
  void contact(const std::string& name, bool open, Duration uncertainty = {}) {
    detector_.took({.contact = *site_.contact(name), .open = open, .at = now_, .uncertainty = uncertainty});
    settle();
  }
  void side(const std::string& name, Side side, bool open) {
    detector_.took({.contact = *site_.contact(name), .side = side, .open = open, .at = now_});
    hear();
  }
  void unreadable(const std::string& name) {
    detector_.took({.contact = *site_.contact(name), .open = {}, .at = now_});
    hear();
  }
  /// An edge that no time follows: several make a bounce, a chatter, a common that falls.
  void edge(const std::string& name, bool open) { detector_.took({.contact = *site_.contact(name), .open = open, .at = now_}); }
  /// Long enough for an edge to count, too short for a poll.
  void settle(Duration length = 10ms) {
    hear();
    now_ += length;
    hear();
  }
  void never_identified(const std::string& device) {
    of(device).points.clear();
    detector_.identified(*site_.device(device), {}, now_);
    silent(device);
  }

  // Feed A goes: its PDUs fall silent, unit1 sees it, psu2 takes over.
  void lose_a() {
    silent("pdu-a"), silent("pdu-a2");
    ac("unit1", 0), unit_watts("unit1", 0), unit_watts("unit2", 600), outlet_watts("pdu-b", 600);
  }
  void feed_a_back() {
    back("pdu-a"), back("pdu-a2");
    ac("unit1", 1), unit_watts("unit1", 300), unit_watts("unit2", 300), outlet_watts("pdu-b", 300);
  }

  // Every device is asked twice a second; a device alone with `only`.
  void run(Duration length) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += 500ms;
      for (Index d = 0; d < devices_.size(); ++d) ask(d);
      hear();
    }
  }
  void ask(Index d) {
    if (!devices_[d].answers) return detector_.unanswered(d, now_);
    detector_.heard(d, readings(d), now_);
    hear();
  }
  /// Its answer is under way for so long.
  void ask_slowly(const std::string& device, Duration took) {
    const Index d = *site_.device(device);
    const auto told = readings(d);
    now_ += took;
    detector_.heard(d, told, now_);
    hear();
  }
  void ask(const std::string& device) { ask(*site_.device(device)); }
  void pass(Duration time) { now_ += time; }
  void wait(Duration time) { now_ += time, hear(); }

  void hear() {
    constexpr const char* kinds[] = {"begun ", "strengthened ", "ended ", "past "};
    for (const auto& change : assessed(detector_, now_)) {
      const auto& finding = change.finding;
      ever_.insert(finding.verdict);
      signs_[{finding.verdict, finding.element.text()}] = finding.signs;
      said_.push_back(kinds[static_cast<int>(change.kind)] + std::string{name(finding.verdict)} + " " + finding.element.text() + " " +
                      std::string{name(finding.strength)});
    }
  }

  // ---- what is said
  // The strength with which it stands open, or "".
  [[nodiscard]] std::string open(Verdict verdict, const std::string& element) const {
    const auto held = detector_.held(verdict, *ground::Element::parse(element));
    return held ? std::string{name(held->strength)} : "";
  }
  [[nodiscard]] bool ever(Verdict verdict) const { return ever_.contains(verdict); }
  /// What the last change of a verdict rested on.
  [[nodiscard]] std::vector<Sign> signs(Verdict verdict, const std::string& element) const {
    const auto at = signs_.find({verdict, element});
    return at == signs_.end() ? std::vector<Sign>{} : at->second;
  }
  /// … as text: "device/pdu-b outlet_power{…}; …"
  [[nodiscard]] std::string evidence(Verdict verdict, const std::string& element) const {
    std::string out;
    for (const Sign& sign : signs(verdict, element)) out += sign.source.text() + " " + sign.point + "; ";
    return out;
  }
  // Everything said so far, in order: "begun pdu_dark pdu-a proven".
  [[nodiscard]] const std::vector<std::string>& said() const { return said_; }
  [[nodiscard]] bool idle() const { return detector_.idle(); }
  [[nodiscard]] Detector& detector() { return detector_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const site::Site& site() const { return site_; }

 private:
  struct Value {
    double value = 0;
    Quality quality = Quality::good;
  };
  using Key = std::pair<Meaning, std::string>;  // of an index
  struct Played {
    bool answers = false;
    std::vector<Key> points;
    std::map<Key, Value> values;
    std::map<Key, std::string> parts;
  };

  std::vector<reading::Reading> readings(Index d) {
    auto& device = devices_[d];
    std::vector<reading::Reading> out;
    for (std::uint32_t p = 0; p < device.points.size(); ++p) {
      const Value& value = device.values[device.points[p]];
      out.push_back({.point = p, .quality = value.quality, .value = value.value, .time = now_});
    }
    return out;
  }

  Played& of(const std::string& device) {
    const auto index = site_.device(device);
    REQUIRE(index);
    return devices_[*index];
  }

  void identify(Index d, const std::vector<std::pair<Meaning, double>>& values) {
    for (const auto& [means, value] : values) {
      if (lack_.contains(means)) continue;
      devices_[d].points.push_back({means, "3"});
      devices_[d].values[{means, "3"}].value = value;
    }
    identify(d);
  }

  void identify(Index d) {
    std::vector<reading::Point> points;
    for (const Key& key : devices_[d].points) {
      reading::Point& point = points.emplace_back();
      point.means = key.first;
      point.refresh = refresh_;
      point.metric = std::string{reading::meaning_names[static_cast<std::size_t>(key.first)]};
      point.labels = {{"part", devices_[d].parts[key]}, {"index", key.second}};
    }
    detector_.identified(d, points, now_);
  }

  site::Site site_;
  Detector detector_;
  Duration refresh_;
  std::set<Meaning> lack_;
  Instant now_{1000s};
  std::vector<Played> devices_;
  std::set<Verdict> ever_;
  std::map<std::pair<Verdict, std::string>, std::vector<Sign>> signs_;
  std::vector<std::string> said_;
};

}  // namespace holdup::detect::test
