#include "collector/rules/labels.hpp"

#include <algorithm>
#include <ranges>

#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

bool before(const Label& label, std::string_view name) { return label.first < name; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Labels::Labels(std::vector<Label> labels) {
  all_.reserve(labels.size());
  for (const auto& [name, value] : labels) set(name, value);
}

std::string_view Labels::get(std::string_view name) const {
  const auto found = std::lower_bound(all_.begin(), all_.end(), name, before);
  return found != all_.end() && found->first == name ? std::string_view{found->second} : std::string_view{};
}

void Labels::set(std::string_view name, std::string_view value) {
  const auto place = std::lower_bound(all_.begin(), all_.end(), name, before);
  const bool known = place != all_.end() && place->first == name;
  if (value.empty()) {
    if (known) all_.erase(place);
  } else if (known) {
    place->second = value;
  } else {
    all_.emplace(place, name, value);
  }
}

std::string Labels::text() const {
  std::string out{get(metric_name)};
  std::string inside;
  for (const auto& [name, value] : all_)
    if (name != metric_name) inside += (inside.empty() ? "" : ",") + name + "=\"" + value + "\"";
  return inside.empty() && !out.empty() ? out : out + "{" + inside + "}";
}

Labels counted(Labels labels, bool named) {
  if (!named) labels.set(metric_name, "");
  return labels;
}

bool counted_before(const Labels& a, bool a_named, const Labels& b, bool b_named) {
  const auto of = [](const Labels& labels, bool named) {
    return labels.all() | std::views::filter([named](const Label& label) { return named || label.first != metric_name; });
  };
  return std::ranges::lexicographical_compare(of(a, a_named), of(b, b_named));
}

bool is_usable_label(std::string_view text) {
  bool usable = !text.empty();
  while (usable && !text.empty()) {
    const auto length = ground::utf8_length(text);
    usable = length > 0;
    text.remove_prefix(length);
  }
  return usable;
}

bool is_label_name(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alpha(c) || is_digit(c); });
}

}  // namespace holdup::rules
