#pragma once

#include <optional>
#include <vector>

#include "collector/detect/judge.hpp"

// A bank's breaker: row 31 of docs/verdicts.md. What stands behind it falls together while the PDU's inlet stays good. Detector asks it
// before the supplies, so that none of them is called failed. Pure.
namespace holdup::detect {

class BankJudge {
 public:
  BankJudge(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held);

  [[nodiscard]] Judgement bank(Index bank) const;

 private:
  [[nodiscard]] std::optional<Sign> opened(Index bank) const;
  [[nodiscard]] std::optional<Sign> voltage_gone(Index bank) const;
  [[nodiscard]] std::optional<Sign> back_since(Index bank, const Held& held) const;
  [[nodiscard]] Judgement by_outlets(Index bank) const;
  [[nodiscard]] bool inlet_stood(Index bank, Instant fell) const;
  [[nodiscard]] bool has_voltage_since(Index bank, Instant at) const;
  [[nodiscard]] unsigned lost_behind(Index bank, Judge::Between when, std::vector<Sign>& signs) const;
  [[nodiscard]] Sign load_before(Index bank, Instant at) const;
  [[nodiscard]] double volts(Index bank) const;
  [[nodiscard]] site::Phases lines(Index bank) const;

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  HeldBy held_;
  std::vector<std::vector<Index>> supplies_;  // by bank
};

}  // namespace holdup::detect
