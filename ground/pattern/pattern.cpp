#include "ground/pattern/pattern.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

namespace holdup::ground {
namespace {

constexpr std::int64_t max_bytes = 1 << 20;
constexpr std::size_t max_length = 4096;

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_dot_nl(true);  // as Prometheus: (?s)
  out.set_max_mem(max_bytes);
  return out;
}

// Debian 13's re2 takes another string_view than std's; its own name for it is right on both.
re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(const std::string& text) : expression{text, options()} {}
  RE2 expression;
};

Result<Pattern> Pattern::compile(const std::string& text) {
  if (text.size() > max_length) return Failure{FailureKind::malformed, "regular expression is longer than 4096 bytes"};
  auto compiled = std::make_shared<const Compiled>(text);
  if (!compiled->expression.ok()) return Failure{FailureKind::malformed, "bad regular expression: " + compiled->expression.error()};
  return Pattern{std::move(compiled)};
}

bool Pattern::matches(std::string_view text) const { return RE2::FullMatch(piece(text), compiled_->expression); }

bool Pattern::found_in(std::string_view text) const { return RE2::PartialMatch(piece(text), compiled_->expression); }

std::optional<std::string> Pattern::extract(std::string_view text) const {
  re2::StringPiece groups[2];
  const int wanted = compiled_->expression.NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!compiled_->expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups, wanted)) return std::nullopt;
  const auto& found = groups[wanted - 1];
  return std::string{found.data() == nullptr ? "" : found.data(), found.size()};
}

}  // namespace holdup::ground
