#include "collector/rules/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace holdup::rules {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Largest first; a unit may only follow a larger one.
constexpr std::array<Unit, 7> units{{{"y", 365LL * 86400 * 1000},
                                     {"w", 7LL * 86400 * 1000},
                                     {"d", 86400LL * 1000},
                                     {"h", 3600LL * 1000},
                                     {"m", 60LL * 1000},
                                     {"s", 1000},
                                     {"ms", 1}}};

std::string_view take_letters(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
  const auto letters = text.substr(0, length);
  text.remove_prefix(length);
  return letters;
}

}  // namespace

std::optional<ground::Duration> parse_prometheus_duration(std::string_view text, ground::Duration most) {
  const auto most_milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
  if (text == "0") return ground::Duration::zero();
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto letters = take_letters(text);
    while (next < units.size() && units[next].name != letters) ++next;
    if (next == units.size()) return std::nullopt;
    if (count > (most_milliseconds - total) / units[next].milliseconds) return std::nullopt;
    total += count * units[next++].milliseconds;
  }
  return std::chrono::milliseconds{total};
}

std::string prometheus_duration_text(ground::Duration duration) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  std::string out;
  for (const auto& unit : units) {
    const bool whole_only = unit.name == "y" || unit.name == "w";  // as Prometheus prints: 14d is 2w, 15d is 15d
    if (left < unit.milliseconds || (whole_only && left % unit.milliseconds != 0)) continue;
    out += std::to_string(left / unit.milliseconds) + std::string{unit.name};
    left %= unit.milliseconds;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace holdup::rules
