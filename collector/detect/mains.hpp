#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "collector/detect/breakers.hpp"
#include "collector/detect/generators.hpp"
#include "collector/detect/inlets.hpp"
#include "collector/detect/residuals.hpp"
#include "collector/detect/sources.hpp"

// All that judges the electricity itself rather than who has lost it, behind one face. The detector keeps it. Pure.
namespace holdup::detect {

class Mains {
 public:
  Mains(const site::Site& site, const HeldBy& held)
      : inlets_{site, held}, breakers_{site, held}, generators_{site, held}, residuals_{site, held}, sources_{site, held} {}

  void identified(Index device, std::span<const reading::Point> points) {
    each([&](auto& part) { part.identified(device, points); });
  }
  /// True when what is said may change.
  bool heard(Index device, std::span<const reading::Reading> readings) {
    bool changed = false;
    each([&](auto& part) { changed = part.heard(device, readings) || changed; });
    return changed;
  }
  void unanswered(Index device) {
    each([&](auto& part) { part.unanswered(device); });
  }
  [[nodiscard]] std::vector<Opinion> weigh(Instant now) {
    std::vector<Opinion> out;
    inlets_.weigh(now, out);
    breakers_.weigh(out);
    generators_.weigh(out);
    residuals_.weigh(now, out);
    sources_.weigh(out);
    return out;
  }
  /// When weigh() must be called again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return inlets_.next_due(); }
  /// What is over when it is said, since the last call.
  [[nodiscard]] std::vector<Finding> take_past() {
    auto past = inlets_.take_hazards();
    std::ranges::move(sources_.take_transfers(), std::back_inserter(past));
    return past;
  }

 private:
  template <class Do>
  void each(Do work) {
    work(inlets_), work(breakers_), work(generators_), work(residuals_), work(sources_);
  }

  Inlets inlets_;
  Breakers breakers_;
  Generators generators_;
  Residuals residuals_;
  Sources sources_;
};

}  // namespace holdup::detect
