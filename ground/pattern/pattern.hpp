#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ground/result.hpp"

// A regular expression from a file that people write, in linear time and bounded memory: this program's one face to RE2. A dot matches
// a line's end too. Rules match labels with it, profiles take numbers and names out of texts. Pure; copies share the compiled form.
namespace holdup::ground {

class Pattern {
 public:
  /// Malformed when it is longer than 4096 bytes, no regular expression, or would need more than 1 MiB.
  [[nodiscard]] static Result<Pattern> compile(const std::string& text);

  [[nodiscard]] bool matches(std::string_view text) const;  // the whole text
  [[nodiscard]] bool found_in(std::string_view text) const;
  /// The first group of the first place that fits, or the whole fit where there is no group; nothing when none fits.
  [[nodiscard]] std::optional<std::string> extract(std::string_view text) const;
  /// Where the whole text fits: `form` with what the groups hold, as Go writes them: $1, ${1}, ${name}; $$ is a dollar. A group that is
  /// not there is empty.
  [[nodiscard]] std::optional<std::string> expanded(std::string_view text, std::string_view form) const;
  /// The text with such a form in the place of every fit. What would be longer than `most` bytes ends there, with the rest as it was.
  [[nodiscard]] std::string replaced(std::string_view text, std::string_view form, std::size_t most) const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_{std::move(compiled)} {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace holdup::ground
