#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/scenario/command.hpp"

// The words that commands are made of, and what is said when they are wrong. Used by the command parsers and the rack reader alone.
namespace hwsim::scenario {

struct Word {
  std::string_view key;  // before '='; the whole word when there is none
  std::string_view value;
  bool has_value = false;
};

struct Form {
  std::string_view verb;
  std::string_view text;  // as a person writes it
  bool takes_element = true;
};

[[nodiscard]] ground::Failure wrong(std::string what);
[[nodiscard]] std::string in_quotes(std::string_view text);
/// "; did you mean 'silent'?" or all that is known.
[[nodiscard]] std::string one_of(std::string_view word, std::span<const std::string_view> known);

/// At blanks, but not at those between double quotes, which stay where they are.
[[nodiscard]] std::vector<Word> split(std::string_view text);
/// The words after verb and element: each key=value, each once, each known.
[[nodiscard]] ground::Result<void> check_options(const Form& form, std::span<const Word> options, std::span<const std::string_view> known);
[[nodiscard]] std::optional<std::string_view> option(std::span<const Word> options, std::string_view key);
[[nodiscard]] ground::Result<void> check_device(const Form& form, const ground::Element& element);

[[nodiscard]] ground::Result<Command> parse_trap(const Form& form, const ground::Element& element, std::span<const Word> options);

}  // namespace hwsim::scenario
