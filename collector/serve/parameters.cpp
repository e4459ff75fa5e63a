#include "collector/serve/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ground/number.hpp"

namespace holdup::serve {

std::optional<std::string> url_decoded(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

bool Parameters::read(std::string_view form) {
  while (!form.empty()) {
    const auto field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(field.size() + 1, form.size()));
    const auto equals = std::min(field.find('='), field.size());
    auto name = url_decoded(field.substr(0, equals));
    auto value = url_decoded(field.substr(std::min(equals + 1, field.size())));
    if (!name || !value) return false;
    if (!name->empty()) fields_.emplace(std::move(*name), std::move(*value));
  }
  return true;
}

std::string Parameters::first(std::string_view name) const {
  const auto at = fields_.lower_bound(name);
  return at == fields_.end() || at->first != name ? std::string{} : at->second;
}

std::vector<std::string> Parameters::all(std::string_view name) const {
  std::vector<std::string> out;
  for (auto [at, end] = fields_.equal_range(name); at != end; ++at) out.push_back(at->second);
  return out;
}

std::optional<ground::Utc> query_time(std::string_view text) {
  constexpr double furthest_seconds = 9e9;  // year 2255, within 64 bits of nanoseconds
  if (const auto seconds = ground::parse_number(text)) {
    if (!(std::abs(*seconds) <= furthest_seconds)) return std::nullopt;
    return ground::Utc{std::chrono::milliseconds{std::llround(*seconds * 1000)}};
  }
  return ground::parse_iso8601(text);
}

std::optional<ground::Duration> query_step(std::string_view text) {
  constexpr double longest_seconds = 9e9;
  if (const auto seconds = ground::parse_number(text)) {
    if (!(std::abs(*seconds) <= longest_seconds)) return std::nullopt;
    return std::chrono::milliseconds{std::llround(*seconds * 1000)};
  }
  return ground::parse_duration(text);
}

}  // namespace holdup::serve
