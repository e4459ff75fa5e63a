#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collector/rules/labels.hpp"
#include "ground/pattern/pattern.hpp"
#include "ground/result.hpp"

// One label matcher of a selector: = != =~ !~. Regular expressions are RE2's (linear time), anchored at both ends.
namespace holdup::rules {

enum class MatchKind : std::uint8_t { equal, not_equal, regex, not_regex };

class Matcher {
 public:
  /// Malformed when the regular expression is, or when it needs more memory than one may.
  [[nodiscard]] static ground::Result<Matcher> make(std::string name, MatchKind kind, std::string value);

  /// A label that a series lacks matches as the empty text.
  [[nodiscard]] bool matches(std::string_view value) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] MatchKind kind() const { return kind_; }
  [[nodiscard]] const std::string& value() const { return value_; }
  /// name="value"
  [[nodiscard]] std::string text() const;

 private:
  Matcher(std::string name, MatchKind kind, std::string value) : name_{std::move(name)}, kind_{kind}, value_{std::move(value)} {}

  std::string name_;
  MatchKind kind_;
  std::string value_;
  std::optional<ground::Pattern> pattern_;
};

/// Whether a series with these labels is meant by all of them.
[[nodiscard]] bool selects(std::span<const Matcher> matchers, const Labels& labels);

}  // namespace holdup::rules
