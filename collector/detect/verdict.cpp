#include "collector/detect/verdict.hpp"

#include <algorithm>

namespace holdup::detect {
namespace {

template <class Word, std::size_t size>
std::optional<Word> word_of(const std::array<std::string_view, size>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? std::nullopt : std::optional{static_cast<Word>(at - names.begin())};
}

}  // namespace

std::optional<Verdict> verdict_of(std::string_view name) { return word_of<Verdict>(verdict_names, name); }
std::optional<Strength> strength_of(std::string_view name) { return word_of<Strength>(strength_names, name); }

}  // namespace holdup::detect
