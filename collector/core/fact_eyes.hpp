#pragma once

#include "collector/detect/facts.hpp"
#include "collector/incident/restoration.hpp"

// What restoration sees of the facts that the detector holds. Pure; the core's own.
namespace holdup::core {

class FactEyes final : public incident::Eyes {
 public:
  FactEyes(const site::Site& site, const detect::Facts& facts) : site_{site}, facts_{facts} {}

  void at(incident::Moment moment) { moment_ = moment; }
  [[nodiscard]] std::vector<incident::Told> of_device(site::Index device, reading::Meaning means) const override;
  [[nodiscard]] std::vector<incident::Told> of_outlet(const site::Cord& cord, reading::Meaning means) const override;

 private:
  [[nodiscard]] incident::Told told(const detect::Track& track) const;

  const site::Site& site_;
  const detect::Facts& facts_;
  incident::Moment moment_;
};

}  // namespace holdup::core
