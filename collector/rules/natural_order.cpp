#include "collector/rules/natural_order.hpp"

#include <algorithm>

namespace holdup::rules {
namespace {

bool is_numeral(char c) { return c >= '0' && c <= '9'; }

/// The first part of `text`, all digits or none.
std::string_view take_part(std::string_view& text) {
  std::size_t length = 1;
  while (length < text.size() && is_numeral(text[length]) == is_numeral(text[0])) ++length;
  const auto part = text.substr(0, length);
  text.remove_prefix(length);
  return part;
}

std::string_view without_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

}  // namespace

bool natural_less(std::string_view left, std::string_view right) {
  const auto whole_left = left, whole_right = right;
  while (!left.empty() && !right.empty()) {
    const auto a = take_part(left), b = take_part(right);
    if (a == b) continue;
    if (!is_numeral(a[0]) || !is_numeral(b[0])) return a < b;
    const auto x = without_zeros(a), y = without_zeros(b);
    if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    return whole_left < whole_right;  // "01" and "1"
  }
  return left.empty() && !right.empty();
}

}  // namespace holdup::rules
