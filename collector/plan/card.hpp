#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/site/site.hpp"
#include "ground/instant.hpp"

// What serves one question at a time: an address, a serial line, whatever number of devices stands behind it; and the host of several
// Modbus TCP units, whose one connection lets their questions wait for each other. What the dead among them may cost it is bounded here.
// Plan keeps them. Pure.
namespace holdup::plan {

using ground::Duration;
using ground::Instant;

/// Of the time of a line that several units share, in time-outs of the dead ones; the rest is the living ones'.
inline constexpr double dead_share = 0.1;

/// A Modbus unit that answers nothing is given up after so long while it is being identified: the driver's patience with one question.
inline constexpr Duration identify_patience = std::chrono::seconds{1};

/// What this device shares with all of the same name.
[[nodiscard]] std::string card_of(const site::Device& device);

struct Card {
  enum class Kind : std::uint8_t {
    own,   // one question at a time; who could not be identified before is asked beside the others
    line,  // one at a time, whoever it is: there is one pair of wires
    host,  // the connection makes them wait; only who may be dead is waited for here
  };
  Kind kind = Kind::own;
  std::vector<site::Index> wards;
  unsigned held = 0;                      // questions under way that nothing else may join
  Instant living_until = Instant::min();  // after a question in vain, for as long as it took: the living are next
  Instant pauses_until = Instant::min();  // nothing is asked
  Instant rests_until = Instant::min();   // … but what is urgent
  Instant trial_at = Instant::min();      // before, nobody is asked who is taken for dead

  /// Several units pay for each other's time-outs.
  [[nodiscard]] bool shared() const { return kind != Kind::own && wards.size() > 1; }
  /// A question was in vain: the next such one comes when this one was the dead ones' share of the time since.
  void charge(Instant asked, Duration cost) {
    trial_at = std::max(trial_at, asked + Duration{static_cast<Duration::rep>(static_cast<double>(cost.count()) / dead_share)});
  }
};

[[nodiscard]] Card::Kind kind_of(const site::Device& device);
/// A unit that lives again is asked within this time, when all of `others` were found dead at the cost of `timeout` each.
[[nodiscard]] constexpr Duration heard_again_within(Duration timeout, std::size_t dead) {
  return Duration{static_cast<Duration::rep>(static_cast<double>(timeout.count()) * static_cast<double>(dead) / dead_share)};
}

}  // namespace holdup::plan
