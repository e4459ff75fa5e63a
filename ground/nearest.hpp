#pragma once

#include <span>
#include <string>
#include <string_view>

// "did you mean": the known word that is fewest edits away.
namespace holdup::ground {

/// The nearest of `known` to `word` by Damerau-Levenshtein distance; empty when none is within a third of the word's length.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace holdup::ground
