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

std::optional<std::pair<std::uint16_t, std::uint16_t>> read_line(std::string_view line) {
  if (!take(line, "[")) return std::nullopt;
  const auto address = take_number(line, 10);
  if (!address || !take(line, "]:")) return std::nullopt;
  line = trimmed(line);
  if (!take(line, "0x")) return std::nullopt;
  const auto value = take_number(line, 16);
  const auto rest = trimmed(line);
  if (!value || !(rest.empty() || rest.front() == '#')) return std::nullopt;
  return std::pair{*address, *value};
}

}  // namespace

RegisterRecording parse_registers(std::string_view text) {
  RegisterRecording recording;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (const auto entry = read_line(line))
      recording.registers.insert_or_assign(entry->first, entry->second);
    else
      recording.skipped_lines.push_back(number);
  }
  return recording;
}

}  // namespace hwsim::agents
