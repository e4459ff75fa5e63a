#include "collector/site/every.hpp"

#include <algorithm>

namespace holdup::site {
namespace {

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// `label="value"` off the front; what follows it is left.
std::optional<std::pair<std::string, std::string>> take_label(std::string_view& rest) {
  const auto equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto name = trimmed(rest.substr(0, equals));
  auto value = trimmed(rest.substr(equals + 1));
  const auto end = value.starts_with('"') ? value.find('"', 1) : std::string_view::npos;
  if (!is_name(name) || end == std::string_view::npos) return std::nullopt;
  rest = trimmed(value.substr(end + 1));
  return std::pair{std::string{name}, std::string{value.substr(1, end - 1)}};
}

}  // namespace

bool Every::picks(const reading::Point& point) const {
  return point.metric == metric &&
         std::ranges::all_of(labels, [&](const auto& wanted) { return reading::label(point, wanted.first) == wanted.second; });
}

std::string Every::text() const {
  std::string inner;
  for (const auto& [name, value] : labels) inner += (inner.empty() ? "" : ",") + name + "=\"" + value + '"';
  return inner.empty() ? metric : metric + '{' + inner + '}';
}

std::optional<Every> parse_every(std::string_view text) {
  const auto brace = text.find('{');
  Every out{.metric = std::string{trimmed(text.substr(0, brace))}};
  if (!is_name(out.metric)) return std::nullopt;
  if (brace == std::string_view::npos) return out;
  auto rest = trimmed(text.substr(brace + 1));
  if (!rest.ends_with('}')) return std::nullopt;
  rest = trimmed(rest.substr(0, rest.size() - 1));
  while (!rest.empty()) {
    auto label = take_label(rest);
    if (!label || (!rest.empty() && !rest.starts_with(','))) return std::nullopt;
    if (!rest.empty()) rest = trimmed(rest.substr(1));
    out.labels.push_back(*std::move(label));
  }
  return out;
}

const Every* closest(const std::vector<Every>& all, const reading::Point& point) {
  const Every* best = nullptr;
  for (const Every& one : all)
    if (one.picks(point) && (best == nullptr || one.labels.size() >= best->labels.size())) best = &one;
  return best;
}

}  // namespace holdup::site
