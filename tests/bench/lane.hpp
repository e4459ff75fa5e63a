#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "folder.hpp"
#include "ground/instant.hpp"

// The lanes of `bench-detect`: by which way a loss comes to light. Each has a simulated rack, what stands between it and whoever asks it,
// and the bare program that does no more than holdup must.
namespace holdup::bench {

class HoldupDaemon;

class Lane {
 public:
  virtual ~Lane() = default;

  [[nodiscard]] virtual std::string title() const = 0;
  /// A loss falls anywhere in it.
  [[nodiscard]] virtual ground::Duration period() const = 0;
  /// For so long holdup's loss stays after it was told: what was merely reported is to be proven.
  [[nodiscard]] virtual ground::Duration stays() const { return {}; }
  /// The site file of holdup: all cabinets but the last, which is the limit's.
  [[nodiscard]] virtual std::string site() const = 0;
  virtual void started(const HoldupDaemon&) {}

  /// The limit looks at its cabinet, `phase` after each period begins.
  virtual void watch(ground::Duration /*phase*/) {}
  /// Takes the input of psu1; when it was gone.
  virtual ground::Instant lose(int cabinet) = 0;
  virtual void restore(int cabinet) = 0;
  /// When what first showed the last loss of the cabinet was handed to who watches it.
  [[nodiscard]] virtual std::optional<ground::Instant> sign(int cabinet) = 0;
};

struct LaneSetting {
  std::string bin;  // the folder of hw-sim
  int cabinets;     // of holdup; one more is the limit's
  std::uint64_t seed;
  std::uint16_t listener;  // of the limit's posts
};

using MakeLane = std::unique_ptr<Lane> (*)(const LaneSetting&);

[[nodiscard]] std::unique_ptr<Lane> modbus_lane(const LaneSetting& setting);
[[nodiscard]] std::unique_ptr<Lane> snmp_lane(const LaneSetting& setting);
[[nodiscard]] std::unique_ptr<Lane> trap_lane(const LaneSetting& setting);

}  // namespace holdup::bench
