#include "drivers/modbus/identification.hpp"

#include "ground/utf8.hpp"

namespace holdup::modbus {
namespace {

std::string cleaned(std::string_view text) {
  constexpr std::string_view blanks{" \t\r\n\0", 5};
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return ground::printable(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

}  // namespace

std::size_t take_identification(std::string_view answer, IdentificationObjects& objects) {
  constexpr std::size_t head = 5;  // code, conformity, more follows, next object, number of objects
  if (answer.size() < head) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(answer[at])); };
  std::size_t at = head;
  for (std::size_t left = byte(4); left > 0; --left) {
    if (at + 2 > answer.size() || at + 2 + byte(at + 1) > answer.size()) return 0;
    if (byte(at) < objects.size()) objects[byte(at)] = cleaned(answer.substr(at + 2, byte(at + 1)));
    at += 2 + byte(at + 1);
  }
  return byte(2) == 0xFF && byte(3) < objects.size() ? byte(3) : 0;
}

}  // namespace holdup::modbus
