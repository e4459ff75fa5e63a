#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "collector/detect/meters.hpp"

// What stands before the feeds and what stores energy: UPSs, transfer switches, the batteries of a rack, a plant of direct current.
namespace holdup::detect {

class Sources {
 public:
  Sources(const site::Site& site, const Judge& judge, HeldBy held);

  void identified(Index device, std::span<const reading::Point> points);
  /// True when a state changed.
  bool heard(Index device, std::span<const reading::Reading> readings);
  void unanswered(Index device) { meters_.unanswered(device); }
  void weigh(std::span<const Index> devices, std::span<const Index> loads, std::vector<Opinion>& out) const;
  /// Transfers that were seen and that no counter tells of, since the last call.
  [[nodiscard]] std::vector<Finding> take_transfers() { return std::exchange(transfers_, {}); }

 private:
  [[nodiscard]] bool says(Index device, Meaning means, double value) const;
  [[nodiscard]] Opinion state(Index device, Verdict verdict, const ground::Element& element, Meaning means, double bad,
                              std::string why = {}) const;
  void weigh_ups(Index device, const ground::Element& element, std::vector<Opinion>& out) const;
  [[nodiscard]] Opinion stored_energy(Index device, const ground::Element& element) const;
  [[nodiscard]] Opinion battery_test(Index device, const ground::Element& element) const;
  void weigh_ats(Index device, Index ats, std::vector<Opinion>& out) const;
  void weigh_rack(Index load, std::vector<Opinion>& out) const;
  void weigh_plant(Index device, std::vector<Opinion>& out) const;
  [[nodiscard]] bool sibling_lives(Index device) const;
  [[nodiscard]] double nominal(Index device) const;
  [[nodiscard]] double share(Index device, const Meter& meter) const;

  const site::Site& site_;
  const Judge& judge_;
  HeldBy held_;
  Meters meters_;
  std::vector<std::optional<Instant>> on_battery_;  // by device: since
  std::vector<bool> floated_;                       // by device: its plant has been at its float voltage
  std::vector<bool> flowed_;                        // by device: something hangs on it that draws current
  std::vector<bool> counts_;                        // by device: it counts its transfers
  std::vector<Finding> transfers_;
};

}  // namespace holdup::detect
