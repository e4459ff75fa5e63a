#include "ground/pattern/pattern.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "ground/utf8.hpp"

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

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// The group's name after a dollar, taken off `form`; nothing where the dollar stands for itself.
std::optional<std::string> take_group(std::string_view& form) {
  const bool braced = form.starts_with('{');
  const auto rest = form.substr(braced ? 1 : 0);
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
  const auto length = static_cast<std::size_t>(end - rest.begin());
  if (length == 0 || (braced && (length == rest.size() || rest[length] != '}'))) return std::nullopt;
  form.remove_prefix(length + (braced ? 2 : 0));
  return std::string{rest.substr(0, length)};
}

std::optional<std::size_t> number_of(const RE2& expression, const std::string& group) {
  const auto& names = expression.NamedCapturingGroups();
  if (const auto named = names.find(group); named != names.end()) return static_cast<std::size_t>(named->second);
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), out);
  return error == std::errc{} && end == group.data() + group.size() ? std::optional{out} : std::nullopt;
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(const std::string& text) : expression{text, options()} {}

  [[nodiscard]] std::size_t groups() const { return static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1; }
  /// `form` with what the groups of a fit hold.
  [[nodiscard]] std::string filled(std::string_view form, std::span<const re2::StringPiece> groups) const {
    std::string out;
    while (!form.empty()) {
      const auto dollar = std::min(form.find('$'), form.size());
      out += form.substr(0, dollar);
      form.remove_prefix(dollar);
      if (form.empty()) break;
      form.remove_prefix(1);
      const auto group = take_group(form);
      if (!group) {
        out += '$';
        if (form.starts_with('$')) form.remove_prefix(1);
        continue;
      }
      const auto number = number_of(expression, *group);
      if (number && *number < groups.size() && groups[*number].data() != nullptr)
        out.append(groups[*number].data(), groups[*number].size());
    }
    return out;
  }

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

std::optional<std::string> Pattern::expanded(std::string_view text, std::string_view form) const {
  std::vector<re2::StringPiece> groups(compiled_->groups());
  if (!compiled_->expression.Match(piece(text), 0, text.size(), RE2::ANCHOR_BOTH, groups.data(), static_cast<int>(groups.size())))
    return std::nullopt;
  return compiled_->filled(form, groups);
}

std::string Pattern::replaced(std::string_view text, std::string_view form, std::size_t most) const {
  std::vector<re2::StringPiece> groups(compiled_->groups());
  std::string out;
  std::size_t done = 0;  // of `text`, that stands in `out`
  std::size_t from = 0;
  std::size_t last_end = std::string_view::npos;  // an empty fit right behind another is none
  while (from <= text.size() && out.size() <= most) {
    if (!compiled_->expression.Match(piece(text), from, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size())))
      break;
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const auto end = begin + groups[0].size();
    if (end > begin || begin != last_end) {
      out += text.substr(done, begin - done);
      out += compiled_->filled(form, groups);
      done = last_end = end;
    }
    from = end > begin ? end : end + std::max<std::size_t>(1, end < text.size() ? utf8_length(text.substr(end)) : 1);
  }
  return out.append(text.substr(done));
}

}  // namespace holdup::ground
