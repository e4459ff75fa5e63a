#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/reading/trap.hpp"
#include "ground/instant.hpp"

// How many traps of one source go on to the core: a bucket of tokens a source. What an outage brings fits into it; of a storm a few a
// second get through, and of each kind of loss always one a second, so that no storm hides what it announces. The trap port asks it. Pure.
namespace holdup::snmp {

class TrapGate {
 public:
  static constexpr double burst = 100;   // a PDU of 48 outlets that loses power calls twice for each
  static constexpr double a_second = 5;  // on and on

  explicit TrapGate(std::size_t sources) : buckets_(sources) {}

  [[nodiscard]] bool admit(std::size_t source, std::optional<reading::TrapSays> says, ground::Instant now);

 private:
  struct Bucket {
    double tokens = burst;
    std::optional<ground::Instant> filled;
    std::array<std::optional<ground::Instant>, reading::trap_says_names.size()> passed{};
  };
  std::vector<Bucket> buckets_;
};

}  // namespace holdup::snmp
