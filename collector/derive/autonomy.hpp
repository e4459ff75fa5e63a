#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "collector/derive/carried.hpp"

// How long the stored energy on a load's living ways lasts, by what the UPSs and batteries measure themselves. Pure.
namespace holdup::derive {

/// A UPS before one of a load's feeds, or a battery of the load itself: exactly one of the two.
struct Store {
  Index load = 0;
  std::optional<Index> ups, battery;
};

class Autonomy {
 public:
  Autonomy(const site::Site& site, const Ways& ways, const Carried& carried)
      : site_{site}, ways_{ways}, carried_{carried}, runtimes_(site.devices.size()) {}

  void identified(Index device, std::span<const reading::Point> points);
  void heard(Index device, std::span<const reading::Reading> readings);
  /// What would not carry its load just now, whatever runtime it tells. True when that is another than before.
  bool hold_unavailable(std::set<ground::Element> elements) { return std::exchange(unavailable_, std::move(elements)) != unavailable_; }

  /// Every store that may stand behind a load.
  [[nodiscard]] std::vector<Store> stores_of(Index load) const;
  [[nodiscard]] const ground::Element& element(const Store& store) const;
  [[nodiscard]] std::optional<Index> device(const Store& store) const;
  /// Seconds; nothing where it is on no way that lives, or does not tell.
  [[nodiscard]] std::optional<double> of(const Store& store) const;

 private:
  struct Runtime {
    std::uint32_t point = 0;
    std::string index;
    std::optional<double> seconds;
  };
  [[nodiscard]] bool carries(const Store& store) const;

  const site::Site& site_;
  const Ways& ways_;
  const Carried& carried_;
  std::vector<std::vector<Runtime>> runtimes_;  // by device
  std::set<ground::Element> unavailable_;
};

}  // namespace holdup::derive
