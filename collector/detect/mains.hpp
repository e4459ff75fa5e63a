#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "collector/detect/breakers.hpp"
#include "collector/detect/generators.hpp"
#include "collector/detect/inlets.hpp"
#include "collector/detect/residuals.hpp"
#include "collector/detect/round.hpp"
#include "collector/detect/sources.hpp"

// All that judges the electricity itself rather than who has lost it, behind one face. The detector keeps it. Pure.
namespace holdup::detect {

class Mains {
 public:
  Mains(const site::Site& site, const Facts& facts, const Judge& judge, const HeldBy& held)
      : inlets_{site, facts, held}, breakers_{site, held}, generators_{site, held}, residuals_{site, held}, sources_{site, judge, held} {}

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
  [[nodiscard]] std::vector<Opinion> weigh(const Round& round, Instant now) {
    std::vector<Opinion> out;
    inlets_.weigh(round.feeds.all(), now, out);
    breakers_.weigh(round.devices.all(), out);
    generators_.weigh(round.devices.all(), out);
    residuals_.weigh(round.devices.all(), now, out);
    sources_.weigh(round.devices.all(), round.loads.all(), out);
    return out;
  }
  /// The lines of a PDU's inlet that are gone.
  [[nodiscard]] site::Phases lost_lines(Index device) const { return inlets_.lost_lines(device); }
  /// Its card lived from a line that its feed has lost, and is silent with it.
  [[nodiscard]] bool died_with_line(Index device) const { return inlets_.died_with_line(device); }
  /// Feeds that must be weighed again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return inlets_.next_due(); }
  [[nodiscard]] std::vector<Index> take_due(Instant now) { return inlets_.take_due(now); }
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
