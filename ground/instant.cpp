#include "ground/instant.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "ground/number.hpp"

namespace holdup::ground {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  Duration length;
};

// The first name of a length is the one that duration_text writes.
constexpr std::array units{Unit{"y", std::chrono::hours{24 * 365}},
                           Unit{"d", std::chrono::hours{24}},
                           Unit{"h", 1h},
                           Unit{"min", 1min},
                           Unit{"m", 1min},
                           Unit{"s", 1s},
                           Unit{"ms", 1ms},
                           Unit{"us", 1us},
                           Unit{"ns", 1ns}};

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Duration> fraction(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::int64_t ns = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    ns = ns * 10 + (c - '0');
  }
  return Duration{ns};
}

}  // namespace

std::string iso8601(Utc time) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);  // in which the day of the first nanosecond has a begin, too
  const auto day = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{whole - day};
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&](std::size_t end, auto number) {  // its last digit before `end`
    for (auto rest = static_cast<std::uint64_t>(number); rest > 0; rest /= 10) out[--end] = static_cast<char>('0' + rest % 10);
  };
  put(4, int(date.year())), put(7, unsigned(date.month())), put(10, unsigned(date.day()));
  put(13, clock.hours().count()), put(16, clock.minutes().count()), put(19, clock.seconds().count());
  put(23, clock.subseconds().count());
  return out;
}

std::optional<Utc> parse_iso8601(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size() || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != '0' && shape[i] != text[i]) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  Duration rest{};
  if (text[shape.size()] == '.') {
    const auto parsed = fraction(text.substr(shape.size() + 1, text.size() - shape.size() - 2));
    if (!parsed) return std::nullopt;
    rest = *parsed;
  } else if (text.size() != shape.size() + 1) {
    return std::nullopt;
  }
  const std::chrono::sys_seconds whole =
      std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(Utc::max());  // years 1677 to 2262
  if (whole >= last || -whole.time_since_epoch() >= last.time_since_epoch()) return std::nullopt;
  return Utc{whole} + rest;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto number = parse_number(text.substr(0, end));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(end)) continue;
    const double ns = *number * static_cast<double>(unit.length.count());
    if (ns >= 9.2e18) return std::nullopt;
    return Duration{std::llround(ns)};
  }
  return std::nullopt;
}

std::string duration_text(Duration d) {
  if (d == Duration::zero()) return "0s";
  for (const Unit& unit : units)
    if (d % unit.length == Duration::zero()) return std::to_string(d / unit.length) + std::string{unit.name};
  return std::to_string(d.count()) + "ns";
}

}  // namespace holdup::ground
