#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/scenario/command.hpp"

// What becomes of each answer of each device: seeded, decided per request, without bytes. The drill's virtual transport and the
// simulator's agents perform it, each on its own kind of answer.
namespace hwsim::scenario {

enum class Corruption : std::uint8_t { none, wrong_id, wrong_source, truncated, garbage };

/// A fault as it stands now.
struct Laid {
  ground::Duration age{};  // since it was laid
  ground::Duration length{};
  double ratio = 1;
  std::optional<std::uint16_t> value = {};
};

struct HitFault {
  FaultKind kind;
  Laid laid;
};

struct Fate {
  bool answered = true;
  ground::Duration delay{};  // before the answer leaves
  int copies = 1;
  Corruption corruption = Corruption::none;
  std::uint64_t salt = 0;             // seeded, for where to cut or what to scribble
  std::vector<HitFault> modbus = {};  // those of a Modbus unit that hit this request

  [[nodiscard]] const Laid* hit(FaultKind kind) const;
};

class Faults {
 public:
  Faults(std::size_t devices, std::uint64_t seed);

  /// Of the kinds that hit answers or objects; frozen, zeros and reboot are the World's (see Stage).
  void begin(std::size_t device, const Fault& fault, ground::Instant now = {});
  void end(std::size_t device, std::optional<FaultKind> kind);
  /// The fate of the device's next request. The same requests in the same order meet the same fates.
  [[nodiscard]] Fate decide(std::size_t device);
  /// One of the kinds that lie on objects or on a Modbus unit, while it does.
  [[nodiscard]] std::optional<Laid> laid(std::size_t device, FaultKind kind, ground::Instant now) const;

 private:
  struct Active {
    bool on = false;
    ground::Instant since{};
    ground::Duration length{};
    double ratio = 1;
    std::optional<std::uint16_t> value = {};
  };
  struct Line {
    std::array<Active, fault_names.size()> faults{};
    std::uint64_t requests = 0;
  };

  [[nodiscard]] bool hits(std::size_t device, FaultKind kind) const;

  std::uint64_t seed_;
  std::vector<Line> lines_;
};

}  // namespace hwsim::scenario
