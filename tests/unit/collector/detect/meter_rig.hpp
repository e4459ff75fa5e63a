#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/unit/collector/detect/rig.hpp"

// A rack whose devices have several meters of one meaning: lines, banks, sources. Every device is heard every half second.
namespace holdup::detect::test {

class MeterRig {
 public:
  struct Point {
    Meaning means{};
    std::string index;
    double value = 0;
  };
  struct Played {
    std::string device;
    std::vector<Point> points;
    Duration refresh = {};
  };

  MeterRig(const std::string& text, std::vector<Played> devices) : site_{site_of(text)}, detector_{site_}, devices_{std::move(devices)} {
    for (const auto& played : devices_) identify(played);
  }

  void set(const std::string& device, Meaning means, const std::string& index, double value) { point(device, means, index).value = value; }
  void silent(const std::string& device) { silent_.insert(device); }
  void back(const std::string& device) { silent_.erase(device); }
  /// It has no such rows, from now on, or has them again.
  void absent(Meaning means, bool is) { is ? void(absent_.insert(means)) : void(absent_.erase(means)); }

  void run(Duration length) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += 500ms;
      for (const auto& played : devices_) ask(played);
      hear();
    }
  }

  [[nodiscard]] std::string open(Verdict verdict, const std::string& element) const {
    const auto held = detector_.held(verdict, *ground::Element::parse(element));
    return held ? std::string{name(held->strength)} : "";
  }
  [[nodiscard]] bool ever(Verdict verdict) const { return ever_.contains(verdict); }
  [[nodiscard]] const std::vector<std::string>& said() const { return said_; }
  [[nodiscard]] bool idle() const { return detector_.idle(); }
  /// All the signs of what was said of it, in one text.
  [[nodiscard]] std::string why(Verdict verdict) const {
    const auto at = why_.find(verdict);
    return at == why_.end() ? std::string{} : at->second;
  }

 private:
  Point& point(const std::string& device, Meaning means, const std::string& index) {
    for (auto& played : devices_)
      for (auto& one : played.points)
        if (played.device == device && one.means == means && one.index == index) return one;
    FAIL("no such point: " + device + " " + index);
    return devices_.front().points.front();
  }

  void identify(const Played& played) {
    std::vector<reading::Point> points;
    for (const auto& one : played.points)
      points.push_back({.metric = std::string{reading::meaning_names[static_cast<std::size_t>(one.means)]},
                        .labels = {{"part", part_of(one.means)}, {"index", one.index}},
                        .means = one.means,
                        .refresh = played.refresh});
    detector_.identified(*site_.device(played.device), points, now_);
  }
  static std::string part_of(Meaning means) {
    if (means == Meaning::bank_current || means == Meaning::bank_voltage) return "bank";
    if (means >= Meaning::outlet_voltage && means <= Meaning::outlet_state) return "outlet";
    return means == Meaning::input_voltage || means == Meaning::phase_current ? "phase" : "inlet";
  }

  void ask(const Played& played) {
    const Index d = *site_.device(played.device);
    if (silent_.contains(played.device)) return detector_.unanswered(d, now_);
    std::vector<reading::Reading> readings;
    for (std::uint32_t p = 0; p < played.points.size(); ++p) {
      const auto quality = absent_.contains(played.points[p].means) ? Quality::absent : Quality::good;
      readings.push_back({.point = p, .quality = quality, .value = played.points[p].value, .time = now_});
    }
    detector_.heard(d, readings, now_);
    hear();
  }

  void hear() {
    constexpr const char* kinds[] = {"begun ", "strengthened ", "ended ", "past "};
    for (const auto& change : assessed(detector_, now_)) {
      const auto& finding = change.finding;
      ever_.insert(finding.verdict);
      said_.push_back(kinds[static_cast<int>(change.kind)] + std::string{name(finding.verdict)} + " " + finding.element.text() + " " +
                      std::string{name(finding.strength)});
      for (const auto& sign : finding.signs) why_[finding.verdict] += sign.point + "; ";
    }
  }

  site::Site site_;
  Detector detector_;
  std::vector<Played> devices_;
  Instant now_{10s};
  std::set<std::string> silent_;
  std::set<Meaning> absent_;
  std::set<Verdict> ever_;
  std::vector<std::string> said_;
  std::map<Verdict, std::string> why_;
};

}  // namespace holdup::detect::test
