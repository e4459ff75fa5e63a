#include "drivers/modbus/recording.hpp"

#include <charconv>
#include <optional>

namespace holdup::modbus {
namespace {

std::optional<std::uint16_t> number(std::string_view text, int base) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "[100]: 0x00FF", and what stands behind a # left out.
bool take_line(std::string_view line, Recording& recording) {
  line = trimmed(line.substr(0, line.find('#')));
  if (line.empty()) return true;
  const auto close = line.find("]:");
  if (!line.starts_with('[') || close == std::string_view::npos) return false;
  auto value = trimmed(line.substr(close + 2));
  if (!value.starts_with("0x")) return false;
  const auto address = number(line.substr(1, close - 1), 10), word = number(value.substr(2), 16);
  if (address && word) recording.registers[*address] = *word;
  return address && word;
}

}  // namespace

Recording parse_recording(std::string_view text) {
  Recording recording;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (!take_line(text.substr(0, end), recording)) ++recording.skipped;
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return recording;
}

boost::asio::awaitable<ground::Result<Exchange>> RecordedAsker::ask(Question question, ground::Instant) {
  constexpr std::uint8_t illegal_function = 1, illegal_address = 2;
  Exchange exchange;
  if (question.function != Function::holding_registers && question.function != Function::input_registers)
    exchange.answer.exception = illegal_function;
  for (std::uint32_t i = 0; i < question.count && exchange.answer.exception == 0; ++i) {
    const auto at = recording_.registers.find(static_cast<std::uint16_t>(question.address + i));
    if (at == recording_.registers.end())
      exchange.answer.exception = illegal_address;
    else
      exchange.answer.values.push_back(at->second);
  }
  if (exchange.answer.exception != 0) exchange.answer.values.clear();
  co_return exchange;
}

}  // namespace holdup::modbus
