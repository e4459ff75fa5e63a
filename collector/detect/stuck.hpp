#pragma once

#include <set>
#include <vector>

#include "collector/detect/judge.hpp"
#include "collector/detect/round.hpp"

// Values that do not move while those beside them do: row 18 of docs/verdicts.md. A supply's cord has two meters, the siblings of a load
// that is shared rise and fall together, and so do the voltages on one feed. What stays the same byte by byte while its neighbour moves by
// much, again and again, is stuck: facts no longer believe it. The detector keeps one. Pure.
namespace holdup::detect {

class StuckWatch {
 public:
  StuckWatch(const site::Site& site, Facts& facts)
      : site_{site},
        facts_{facts},
        kin_(site.devices.size()),
        suspects_(site.devices.size()),
        stuck_(site.devices.size()),
        known_(site.devices.size()) {}

  void identified(Index device);
  /// True when something of the device is stuck that was not, or the other way round.
  [[nodiscard]] bool heard(Index device);
  /// Fine where any of them changed since then.
  [[nodiscard]] Judgement moved_since(Index device, Instant since) const;
  /// Of a device's sensors; cannot tell where nothing ever was stuck.
  [[nodiscard]] const Judgement& judgement(Index device) const { return stuck_[device]; }

 private:
  struct Kin {
    const Track* track = nullptr;
    const Track* with = nullptr;
  };
  void find_kin(Index device);
  void find_kin_in_load(Index device, const site::Load& load);
  void find_kin_on_feed(Index device, Index feed);
  [[nodiscard]] const Track* only_inlet(Index pdu) const;
  void pair(Index device, const Track* a, const Track* b);
  [[nodiscard]] bool is_stuck(const Kin& kin) const;
  [[nodiscard]] Judgement moves_again(Index device) const;
  void doubt(Index device, const std::vector<const Kin*>& found);

  const site::Site& site_;
  Facts& facts_;
  std::vector<std::vector<Kin>> kin_;                // by device of the track, while it is known
  std::vector<std::vector<const Track*>> suspects_;  // by device: those of its tracks that are stuck
  std::vector<Judgement> stuck_;                     // by device
  std::vector<bool> known_;
};

}  // namespace holdup::detect
