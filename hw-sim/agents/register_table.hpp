#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// What a Modbus unit serves: 16-bit registers at 0-based addresses, the same for function 3 and function 4.
namespace hwsim::agents {

class RegisterTable {
 public:
  virtual ~RegisterTable() = default;
  /// Nothing where the unit has no register.
  [[nodiscard]] virtual std::optional<std::uint16_t> read(std::uint16_t address) const = 0;
};

class RecordedRegisters final : public RegisterTable {
 public:
  explicit RecordedRegisters(std::map<std::uint16_t, std::uint16_t> registers) : registers_{std::move(registers)} {}
  [[nodiscard]] std::optional<std::uint16_t> read(std::uint16_t address) const override {
    const auto at = registers_.find(address);
    return at == registers_.end() ? std::nullopt : std::optional{at->second};
  }

 private:
  std::map<std::uint16_t, std::uint16_t> registers_;
};

/// What stands in a .regs.txt file: `[ADDRESS]: 0xHHHH` lines; of two lines with one address the last holds.
struct RegisterRecording {
  std::map<std::uint16_t, std::uint16_t> registers;
  std::vector<std::size_t> skipped_lines;  // 1-based, malformed
};

[[nodiscard]] RegisterRecording parse_registers(std::string_view text);

}  // namespace hwsim::agents
