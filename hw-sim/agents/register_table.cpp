#include "hw-sim/agents/register_table.hpp"

#include <algorithm>
#include <charconv>

namespace hwsim::agents {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// A 16-bit number that `text` begins with; advances over it.
std::optional<std::uint16_t> take_number(std::string_view& text, int base) {
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

constexpr std::array<std::string_view, banks.size()> bank_words{"coil ", "discrete ", "holding ", "input "};

bool read_identification(std::string_view line, Identification& out) {
  const auto number = take_number(line, 10);
  if (!number || *number > UINT8_MAX || !take(line, ":")) return false;
  out.insert_or_assign(static_cast<std::uint8_t>(*number), std::string{trimmed(line)});
  return true;
}

bool read_line(std::string_view line, RegisterContents& out) {
  if (take(line, "id ")) return read_identification(line, out.identification);
  auto* into = &out.registers;
  bool bit = false;
  for (const Bank bank : banks)
    if (take(line, bank_words[index(bank)])) into = &out.own[index(bank)], bit = holds_bits(bank);
  if (!take(line, "[")) return false;
  const auto address = take_number(line, 10);
  if (!address || !take(line, "]:")) return false;
  line = trimmed(line);
  const bool hex = take(line, "0x");
  if (!hex && !bit) return false;
  const auto value = take_number(line, hex ? 16 : 10);
  const auto rest = trimmed(line);
  if (!value || (bit && *value > 1) || !(rest.empty() || rest.front() == '#')) return false;
  into->insert_or_assign(*address, *value);
  return true;
}

}  // namespace

RegisterRecording parse_registers(std::string_view text) {
  RegisterRecording recording;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!read_line(line, recording.contents)) recording.skipped_lines.push_back(number);
  }
  return recording;
}

bool RecordedRegisters::has(Bank bank) const {
  return !contents_.own[index(bank)].empty() || (!holds_bits(bank) && !contents_.registers.empty());
}

std::optional<std::uint16_t> RecordedRegisters::read(Bank bank, std::uint16_t address) const {
  const auto& own = contents_.own[index(bank)];
  if (const auto at = own.find(address); at != own.end()) return at->second;
  if (holds_bits(bank)) return std::nullopt;
  const auto at = contents_.registers.find(address);
  return at == contents_.registers.end() ? std::nullopt : std::optional{at->second};
}

std::vector<Span> spans_of(const RegisterTable& table, std::uint16_t most) {
  std::vector<Span> out;
  for (const Bank bank : banks) {
    if (!table.has(bank)) continue;
    bool follows = false;
    for (std::uint32_t address = 0; address <= UINT16_MAX; ++address) {
      const bool there = table.read(bank, static_cast<std::uint16_t>(address)).has_value();
      if (there && follows && out.back().count < most)
        ++out.back().count;
      else if (there)
        out.push_back({.bank = bank, .first = static_cast<std::uint16_t>(address), .count = 1});
      follows = there;
    }
  }
  return out;
}

}  // namespace hwsim::agents
