#include "collector/rules/matcher.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

namespace holdup::rules {
namespace {

constexpr std::int64_t pattern_max_bytes = 1 << 20;
constexpr std::size_t pattern_max_length = 4096;

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_dot_nl(true);  // as Prometheus: (?s)
  out.set_max_mem(pattern_max_bytes);
  return out;
}

}  // namespace

class Pattern {
 public:
  explicit Pattern(const std::string& text) : compiled_{text, options()} {}
  [[nodiscard]] const RE2& compiled() const { return compiled_; }

 private:
  RE2 compiled_;
};

ground::Result<Matcher> Matcher::make(std::string name, MatchKind kind, std::string value) {
  Matcher out{std::move(name), kind, std::move(value)};
  if (kind == MatchKind::equal || kind == MatchKind::not_equal) return out;
  if (out.value_.size() > pattern_max_length)
    return ground::Failure{ground::FailureKind::malformed, "regular expression is longer than 4096 bytes"};
  out.pattern_ = std::make_shared<const Pattern>(out.value_);
  if (!out.pattern_->compiled().ok()) {
    return ground::Failure{ground::FailureKind::malformed, "bad regular expression: " + out.pattern_->compiled().error()};
  }
  return out;
}

bool Matcher::matches(std::string_view value) const {
  const bool negative = kind_ == MatchKind::not_equal || kind_ == MatchKind::not_regex;
  // Debian 13's re2 takes another string_view than std's; its own name for it is right on both.
  const bool same = pattern_ ? RE2::FullMatch(re2::StringPiece{value.data(), value.size()}, pattern_->compiled()) : value == value_;
  return same != negative;
}

std::string Matcher::text() const {
  constexpr const char* signs[] = {"=", "!=", "=~", "!~"};
  return name_ + signs[static_cast<int>(kind_)] + "\"" + value_ + "\"";
}

}  // namespace holdup::rules
