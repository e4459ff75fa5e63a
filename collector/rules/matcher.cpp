#include "collector/rules/matcher.hpp"

#include <algorithm>

namespace holdup::rules {

ground::Result<Matcher> Matcher::make(std::string name, MatchKind kind, std::string value) {
  Matcher out{std::move(name), kind, std::move(value)};
  if (kind == MatchKind::equal || kind == MatchKind::not_equal) return out;
  const auto pattern = ground::Pattern::compile(out.value_);
  if (!pattern) return pattern.error();
  out.pattern_ = *pattern;
  return out;
}

bool Matcher::matches(std::string_view value) const {
  const bool negative = kind_ == MatchKind::not_equal || kind_ == MatchKind::not_regex;
  const bool same = pattern_ ? pattern_->matches(value) : value == value_;
  return same != negative;
}

bool selects(std::span<const Matcher> matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) { return matcher.matches(labels.get(matcher.name())); });
}

std::string Matcher::text() const {
  constexpr const char* signs[] = {"=", "!=", "=~", "!~"};
  return name_ + signs[static_cast<int>(kind_)] + "\"" + value_ + "\"";
}

}  // namespace holdup::rules
