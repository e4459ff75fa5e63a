#pragma once

#include <optional>
#include <span>
#include <vector>

#include "collector/derive/carried.hpp"
#include "collector/detect/meters.hpp"
#include "collector/site/line_currents.hpp"

// What is left of each breaker's rating when another feed fails: what it carries by its own meter, and what its surviving cords take over.
// docs/vocabulary.md: headroom. Pure.
namespace holdup::derive {

/// A breaker, or what stands for one: of a bank, of a PDU's inlet or one line of it, or of a feed.
struct Breaker {
  std::optional<Index> pdu, bank;        // of a bank both
  std::optional<Index> feed;             // its own rating; then no PDU
  int line = 0;                          // 1 to 3 where a PDU or feed has several
  const detect::Meter* meter = nullptr;  // of a PDU's; until the device is identified anew
};

class Headroom {
 public:
  Headroom(const site::Site& site, const Ways& ways, const Carried& carried, const detect::Facts& facts, const detect::Meters& meters);

  void identified(Index device, std::span<const reading::Point> points);
  /// Takes in limits that the device tells.
  void heard(Index device, std::span<const reading::Reading> readings);

  /// Those of a device as it was last identified; feeds whose own rating is another than that of their only PDU.
  [[nodiscard]] std::vector<Breaker> breakers_of(Index device) const;
  [[nodiscard]] std::vector<Breaker> breakers_of_feeds() const;
  /// PDUs that the feed can carry.
  [[nodiscard]] const std::vector<Index>& pdus_on(Index feed) const { return pdus_[feed]; }
  /// Amperes, below 0 where a failover overloads it; nothing where that is not known.
  [[nodiscard]] std::optional<double> of(const Breaker& breaker) const;

 private:
  /// The device's own word of what a part may carry.
  struct Limit {
    std::string part, index;
    bool rating = false;  // of the breaker; else where the device calls its load critical
    std::optional<double> amperes;
  };
  struct OfDevice {
    std::vector<std::int32_t> of_point;  // −1: no limit
    std::vector<Limit> limits;
  };

  [[nodiscard]] std::optional<double> limit(const Breaker& breaker) const;
  [[nodiscard]] std::optional<double> told_limit(const Breaker& breaker) const;
  [[nodiscard]] const Limit* find_limit(const Breaker& breaker, bool rating, bool of_inlet) const;
  [[nodiscard]] const detect::Meter* meter_of_line(Index pdu, int line) const;
  [[nodiscard]] std::optional<double> amperes(const detect::Meter* meter, Index pdu) const;
  [[nodiscard]] std::optional<double> carried_now(const Breaker& breaker, const Without& without) const;
  [[nodiscard]] bool is_behind(const Breaker& breaker, Index supply, const Without& without) const;
  [[nodiscard]] std::optional<double> taken_over(const Breaker& breaker, const Without& without) const;
  [[nodiscard]] std::optional<double> sum_of_pdus(const Breaker& breaker, const Without& without) const;
  [[nodiscard]] bool adds(const Breaker& breaker, Index load, const Carried::Freed& freed, const Without& without,
                          site::LineCurrents& lines) const;
  [[nodiscard]] bool all_behind(const Breaker& breaker, const Carried::Freed& freed, const Without& without) const;
  [[nodiscard]] std::vector<Index> others(const Breaker& breaker) const;
  [[nodiscard]] std::span<const Index> pdus_of(const Breaker& breaker) const;

  const site::Site& site_;
  const Ways& ways_;
  const Carried& carried_;
  const detect::Facts& facts_;
  const detect::Meters& meters_;
  std::vector<OfDevice> of_device_;
  std::vector<std::vector<Index>> pdus_;  // by feed: those that it can carry
  std::vector<Index> self_;               // by device: itself
};

}  // namespace holdup::derive
