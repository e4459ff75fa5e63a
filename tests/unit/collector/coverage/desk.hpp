#pragma once

#include <map>
#include <string>
#include <vector>

#include "collector/coverage/coverage.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// A site on the desk of whoever plans it: tests say what each device tells, and read what would be seen.
namespace holdup::coverage::test {

using namespace std::chrono_literals;
using reading::Meaning;

inline reading::Point point(Meaning means, std::optional<Duration> refresh = {}, std::string index = {}, std::string part = {}) {
  reading::Point out{
      .metric = "rack_quantity", .labels = {}, .source = "1", .means = means, .lane = reading::Lane::hot, .refresh = refresh, .states = {}};
  if (!part.empty()) out.labels.emplace_back("part", std::move(part));
  if (!index.empty()) out.labels.emplace_back("index", std::move(index));
  return out;
}

class Desk {
 public:
  explicit Desk(const std::string& text) : site_{detect::test::site_of(text)} {
    for (const auto& device : site_.devices) devices_.push_back(unknown(device));
  }

  void tells(const std::string& device, const std::vector<reading::Point>& points, bool exact = true) {
    view(device) = on_paper(site_.devices[*site_.device(device)], points, {}, exact);
  }
  [[nodiscard]] const site::Site& site() const { return site_; }
  DeviceView& view(const std::string& device) { return devices_[*site_.device(device)]; }
  void live(const Exercises& exercises) { exercises_ = &exercises; }

  [[nodiscard]] Coverage look() const {
    return coverage_of({.site = site_,
                        .devices = devices_,
                        .carried = {},
                        .moved = std::vector<std::optional<ground::Utc>>(site_.contacts.size()),
                        .exercises = exercises_});
  }
  [[nodiscard]] Supply supply(const std::string& element) const {
    const auto all = look();
    for (const auto& one : all.supplies)
      if (site_.element_of_supply(one.supply).text() == element) return one;
    FAIL("no supply " << element);
    return {};
  }

 private:
  site::Site site_;
  std::vector<DeviceView> devices_;
  const Exercises* exercises_ = nullptr;
};

/// The sign that is called so.
inline std::optional<Sign> sign_of(const std::vector<Sign>& signs, const std::string& what) {
  const auto at = std::ranges::find(signs, what, &Sign::what);
  return at == signs.end() ? std::nullopt : std::optional{*at};
}

inline bool is_blind(const std::vector<Blind>& all, std::string_view what) {
  return std::ranges::any_of(all, [&](const Blind& one) { return one.what == what; });
}

/// "refresh 20ms data sheet + poll 100ms data sheet + …"
inline std::string text(const Delay& delay) {
  std::string out;
  for (const auto& term : delay.terms)
    out += (out.empty() ? "" : " + ") + std::string{term.what} + (term.length ? " " + ground::duration_text(*term.length) : "") + " " +
           std::string{name(term.length ? term.basis : Basis::unknown)};
  return out;
}

}  // namespace holdup::coverage::test
