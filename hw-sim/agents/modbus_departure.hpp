#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/register_table.hpp"
#include "hw-sim/scenario/faults.hpp"

// How a Modbus answer leaves: framed, spoilt by the faults that hit it, in pieces at their times. Pure; servers and serial lines send it.
namespace hwsim::agents {

namespace ground = holdup::ground;

enum class Framing : std::uint8_t { mbap, rtu };

/// What was asked, as far as an answer repeats it.
struct Asked {
  std::uint16_t transaction = 0;  // MBAP
  std::uint8_t unit = 0;
  std::string bytes = {};  // the whole request: what a bus echo repeats
};

struct Piece {
  ground::Duration after{};  // since the answer's begin
  std::string bytes;
};

/// Nothing when the fate is silence.
[[nodiscard]] std::vector<Piece> departure(const Asked& asked, std::string pdu, Framing framing, const scenario::Fate& fate);

/// A unit's registers as the faults of one request make them look.
class DisguisedRegisters final : public RegisterTable {
 public:
  DisguisedRegisters(const RegisterTable& table, const scenario::Fate& fate, bool zeros) : table_{table}, fate_{fate}, zeros_{zeros} {}
  [[nodiscard]] bool has(Bank bank) const override { return table_.has(bank); }
  [[nodiscard]] std::optional<std::uint16_t> read(Bank bank, std::uint16_t address) const override;
  [[nodiscard]] const Identification& identification() const override { return table_.identification(); }

 private:
  const RegisterTable& table_;
  const scenario::Fate& fate_;
  bool zeros_;
};

}  // namespace hwsim::agents
