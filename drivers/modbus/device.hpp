#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "drivers/device.hpp"
#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/read_plan.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/modbus/sweep.hpp"
#include "drivers/profile/profile.hpp"

// A Modbus unit, read by the register map of a firmware profile. Made by whoever owns the site's devices, by `holdup probe`, and by
// `holdup profile test` over a recording; several units of one host share one asker.
namespace holdup::modbus {

/// Points that say again what another one of the device says: two models of a SunSpec chain, two registers of a map.
enum class Spares : std::uint8_t { dropped, kept };

class Device final : public drivers::Device {
 public:
  struct Settings {
    Spares spares = Spares::dropped;
    profile::Clearing clearing = profile::Clearing::refused;
    std::optional<ground::Duration> between_requests{}, after_connect{};  // instead of what the profile says
    std::shared_ptr<ReadPlans> plans = std::make_shared<ReadPlans>();     // shared with other units
  };

  /// A single candidate is taken at its word; of several the first that the device itself agrees with. They must outlive the device.
  Device(std::shared_ptr<Asker> asker, std::uint8_t unit, std::vector<const profile::Profile*> candidates, Settings settings);
  Device(std::shared_ptr<Asker> asker, std::uint8_t unit, std::vector<const profile::Profile*> candidates)
      : Device{std::move(asker), unit, std::move(candidates), Settings{}} {}

  boost::asio::awaitable<ground::Result<drivers::Identified>> identify(ground::Instant deadline) override;
  boost::asio::awaitable<ground::Result<reading::Nameplates>> recognise(ground::Instant deadline) override;
  boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read(drivers::ReadRequest request) override;

 private:
  /// What the device is known to be, since it was identified.
  struct Map {
    profile::Profile profile;     // as this unit has it; the sources point into it
    std::vector<Source> sources;  // one a point
    Reach reach;
    std::vector<std::shared_ptr<const ReadPlan>> plans;  // for what is asked together, while the reach stays
  };
  void suit(const profile::Quirks& quirks);
  struct Reader;  // one read() under way

  static boost::asio::awaitable<void> fetch_all(Reader& reader, const ReadPlan& plan);
  static boost::asio::awaitable<void> fetch(Reader& reader, std::span<const Span> spans, std::size_t first);
  static boost::asio::awaitable<void> fetch_singly(Reader& reader, Span span, std::vector<Span> single);
  boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read(Map& map, drivers::ReadRequest request);
  boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read_closely(Map& map, const ReadPlan& plan,
                                                                                     drivers::ReadRequest request,
                                                                                     std::optional<ground::Result<Exchange>> only);
  std::shared_ptr<const ReadPlan> plan_for(Map& map, std::span<const std::uint32_t> points) const;
  boost::asio::awaitable<ground::Result<void>> part_with_spares(Map& map, std::vector<reading::Point>& points, ground::Instant deadline);

  std::shared_ptr<Asker> asker_;
  std::uint8_t unit_;
  std::vector<const profile::Profile*> candidates_;
  Settings settings_;
  std::unique_ptr<Map> map_;
};

}  // namespace holdup::modbus
