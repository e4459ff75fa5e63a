#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/detect/counter.hpp"
#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"

// What devices remember of the time between two polls: counted losses and transfers, why the input failed last, when the card began. A
// step of one of them is a finding about what is past. The detector keeps it. Pure.
namespace holdup::detect {

class Latches {
 public:
  Latches(const site::Site& site, const Facts& facts, const Judge& judge)
      : site_{site}, facts_{facts}, judge_{judge}, of_device_(site.devices.size()) {}

  /// What is known of a counter of the same name outlives an identification.
  void identified(Index device, std::span<const reading::Point> points);
  void heard(Index device, std::span<const reading::Reading> readings);

  /// What came to light since the last call, with what it is about, for those who know of a loss that explains it.
  struct Past {
    Finding finding;
    ground::Element about;
    Instant until{};  // it was not after
  };
  [[nodiscard]] std::vector<Past> take() { return std::exchange(past_, {}); }
  /// Counters that fell or wrapped since the last call, a line for the log each device.
  [[nodiscard]] std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

 private:
  struct Latch {
    std::uint32_t point = 0;
    Meaning means{};  // none: energy
    std::string name;
    double wraps_at = 0;
    std::shared_ptr<const std::vector<std::int64_t>> harmless;
    Counter counter;
  };
  /// What one reply brought.
  struct Brought {
    std::vector<Sign> losses, transfers, restarts, quiet;  // quiet: what speaks against an interruption
    bool counts_losses = false;                            // and counted none
    bool energy_fell = false;
    Instant from = Instant::max(), until{};
    unsigned fell = 0, wrapped = 0;
    std::string fallen;  // the first that fell or wrapped
  };

  void weigh(Latch& latch, const reading::Reading& reading, Index device, Brought& brought);
  void conclude(Index device, Brought brought);
  void conclude_restart(Index device, Brought& brought);
  void note(Index device, const Brought& brought);
  void say(Verdict verdict, Strength strength, ground::Element of, Index device, std::vector<Sign> signs, const Brought& brought);
  [[nodiscard]] ground::Element subject(Index device) const;

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  std::vector<std::vector<Latch>> of_device_;
  std::vector<Past> past_;
  std::vector<std::string> notes_;
};

}  // namespace holdup::detect
