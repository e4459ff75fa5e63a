#include "collector/site/chain.hpp"

#include <algorithm>

namespace holdup::site {
namespace {

constexpr std::array<std::pair<std::string_view, Phases>, 9> phase_names{
    {{"1", 1}, {"2", 2}, {"3", 4}, {"12", 3}, {"23", 6}, {"31", 5}, {"21", 3}, {"32", 6}, {"13", 5}}};

}  // namespace

std::optional<Phases> parse_phases(std::string_view text) {
  const auto* at = std::ranges::find(phase_names, text, [](const auto& name) { return name.first; });
  return at == phase_names.end() ? std::nullopt : std::optional{at->second};
}

std::string phases_text(Phases phases) {
  for (const auto& [text, bits] : phase_names)
    if (bits == phases) return std::string{text};
  return phases == 0 ? "" : "123";
}

}  // namespace holdup::site
