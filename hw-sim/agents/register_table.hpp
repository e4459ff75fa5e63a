#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a Modbus unit serves: bits and 16-bit registers at 0-based addresses, and what it says of itself.
namespace hwsim::agents {

/// By the function that reads it.
enum class Bank : std::uint8_t { coils = 1, discrete_inputs = 2, holding_registers = 3, input_registers = 4 };
inline constexpr std::array<Bank, 4> banks{Bank::coils, Bank::discrete_inputs, Bank::holding_registers, Bank::input_registers};
[[nodiscard]] constexpr bool holds_bits(Bank bank) { return bank <= Bank::discrete_inputs; }
[[nodiscard]] constexpr std::size_t index(Bank bank) { return static_cast<std::size_t>(bank) - 1; }

/// Read Device Identification: texts by object number; 0 to 2 are vendor, product and revision.
using Identification = std::map<std::uint8_t, std::string>;

class RegisterTable {
 public:
  virtual ~RegisterTable() = default;
  /// Whether the unit knows the function at all.
  [[nodiscard]] virtual bool has(Bank bank) const = 0;
  /// Nothing where the unit has none; 0 or 1 of a bit.
  [[nodiscard]] virtual std::optional<std::uint16_t> read(Bank bank, std::uint16_t address) const = 0;
  [[nodiscard]] virtual const Identification& identification() const = 0;
};

/// What stands in a .regs.txt file; of two lines with one address the last holds.
struct RegisterContents {
  std::map<std::uint16_t, std::uint16_t> registers = {};                      // of functions 3 and 4
  std::array<std::map<std::uint16_t, std::uint16_t>, banks.size()> own = {};  // of one function alone
  Identification identification = {};
};

struct RegisterRecording {
  RegisterContents contents;
  std::vector<std::size_t> skipped_lines;  // 1-based, malformed
};

/// `[ADDRESS]: 0xHHHH` lines, with coil, discrete, holding or input before those of one function; `id NUMBER: TEXT`.
[[nodiscard]] RegisterRecording parse_registers(std::string_view text);

class RecordedRegisters final : public RegisterTable {
 public:
  explicit RecordedRegisters(RegisterContents contents) : contents_{std::move(contents)} {}
  [[nodiscard]] bool has(Bank bank) const override;
  [[nodiscard]] std::optional<std::uint16_t> read(Bank bank, std::uint16_t address) const override;
  [[nodiscard]] const Identification& identification() const override { return contents_.identification; }

 private:
  RegisterContents contents_;
};

/// Addresses of a bank that follow each other.
struct Span {
  Bank bank = Bank::holding_registers;
  std::uint16_t first = 0;
  std::uint16_t count = 0;
};
/// All that a table has, in spans of at most `most`.
[[nodiscard]] std::vector<Span> spans_of(const RegisterTable& table, std::uint16_t most);

}  // namespace hwsim::agents
