#pragma once

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/derive/derivations.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// A rack whose devices are heard every second: tests say what they measure, and read what is reckoned from it.
namespace holdup::derive::test {

using detect::Meaning;
using ground::Quality;
using namespace std::chrono_literals;

struct Played {
  Meaning means{};
  std::string part, index;
  double value = 0;
  std::string metric = "rack_quantity";
  Quality quality = Quality::good;
};

inline Played outlet(const std::string& index, double amperes) { return {Meaning::outlet_current, "outlet", index, amperes}; }
inline Played inlet(double amperes) { return {Meaning::inlet_current, "inlet", "1", amperes}; }
inline Played phase(const std::string& index, double amperes) { return {Meaning::phase_current, "phase", index, amperes}; }
inline Played bank(const std::string& index, double amperes) { return {Meaning::bank_current, "bank", index, amperes}; }
inline Played limit(const std::string& metric, const std::string& part, const std::string& index, double amperes) {
  return {Meaning::none, part, index, amperes, metric};
}
inline Played runtime(double seconds, const std::string& index = "") {
  return {Meaning::none, "battery", index, seconds, "rack_runtime_seconds"};
}

class Bench {
 public:
  explicit Bench(const std::string& text) : site_{detect::test::site_of(text)}, facts_{site_}, derivations_{site_, facts_} {}

  /// What a device tells from now on.
  void plays(const std::string& device, std::vector<Played> played) {
    const Index d = *site_.device(device);
    std::vector<reading::Point> points;
    for (const auto& one : played) {
      points.push_back({.metric = one.metric, .labels = {{"part", one.part}}, .source = {}, .means = one.means});
      if (!one.index.empty()) points.back().labels.emplace_back("index", one.index);
    }
    devices_[d] = std::move(played);
    facts_.identified(d, points, now_);
    derivations_.identified(d, points, now_);
    renew();
  }
  Played& of(const std::string& device, std::size_t point) { return devices_[*site_.device(device)][point]; }
  void silence(const std::string& device) { silent_.insert(*site_.device(device)); }
  void doubt(const std::string& device, bool doubted) { derivations_.doubt(*site_.device(device), doubted, now_); }
  void hold(const std::vector<std::string>& lost, const std::vector<std::string>& unavailable = {}) {
    std::vector<ground::Element> elements;
    for (const auto& text : lost) elements.push_back(*ground::Element::parse(text));
    std::set<ground::Element> stores;
    for (const auto& text : unavailable) stores.insert(*ground::Element::parse(text));
    derivations_.hold(elements, std::move(stores), now_);
  }
  void run(Duration length = 3s) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += 1s;
      for (const auto& [device, played] : devices_) hear(device, played);
      renew();
    }
  }

  /// As now told: the series whose labels hold all of these, "part=inlet device=pdu-b"; it must be one.
  [[nodiscard]] std::optional<double> value(const std::string& metric, const std::string& labels = "") const {
    std::optional<double> out;
    int found = 0;
    for (const auto& [name, value] : values_)
      if (name.metric == metric && holds(name, labels)) out = value, ++found;
    INFO(metric << " " << labels);
    CHECK(found <= 1);
    return out;
  }
  [[nodiscard]] std::optional<double> headroom(const std::string& labels) const { return value("holdup_headroom_amperes", labels); }
  /// … not a number where there is none.
  [[nodiscard]] double left(const std::string& labels) const { return headroom(labels).value_or(std::nan("")); }
  [[nodiscard]] std::size_t told() const { return told_; }
  [[nodiscard]] std::size_t ended() const { return ended_; }

 private:
  static bool holds(const Name& name, const std::string& labels) {
    std::string all = " ";
    for (const auto& [key, value] : name.labels) all += key + "=" + value + " ";
    for (std::size_t at = 0; at < labels.size();) {
      const auto end = std::min(labels.find(' ', at), labels.size());
      if (all.find(" " + labels.substr(at, end - at) + " ") == std::string::npos) return false;
      at = end + 1;
    }
    return true;
  }
  void hear(Index device, const std::vector<Played>& played) {
    if (silent_.contains(device)) {
      facts_.unanswered(device, now_);
      return derivations_.unanswered(device, now_);
    }
    std::vector<reading::Reading> readings;
    for (std::uint32_t p = 0; p < played.size(); ++p)
      readings.push_back({.point = p, .quality = played[p].quality, .value = played[p].value, .time = now_});
    facts_.heard(device, readings, now_);
    derivations_.heard(device, readings, now_);
  }
  void renew() {
    for (const auto& [series, value] : derivations_.renew(now_)) {
      const auto& name = derivations_.name(series);
      ++told_;
      if (!value) ++ended_;
      if (value)
        values_[name] = *value;
      else
        values_.erase(name);
    }
  }

  site::Site site_;
  detect::Facts facts_;
  Derivations derivations_;
  std::map<Index, std::vector<Played>> devices_;
  std::set<Index> silent_;
  std::map<Name, double> values_;
  Instant now_{1000s};
  std::size_t told_ = 0, ended_ = 0;
};

}  // namespace holdup::derive::test
