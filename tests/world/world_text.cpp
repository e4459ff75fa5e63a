#include "world/world_text.hpp"

#include "world/timeline.hpp"

namespace world {
namespace {

constexpr std::string_view fence = "---\n";

std::string_view cut(std::string_view& text) {
  const auto at = text.find(fence);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + fence.size());
  return part;
}

Temper temper_of(std::uint64_t seed) { return seed % 4 == 0 ? Temper::lying : seed % 8 == 5 ? Temper::single : Temper::honest; }

}  // namespace

WorldText random_world(std::uint64_t seed) {
  Dice dice{seed};
  const auto rack = random_rack(dice);
  const auto temper = temper_of(seed);
  const auto misfortune = random_timeline(dice, rack, temper);
  WorldText out{.rack = rack.text, .timeline = misfortune.text, .terms = {"seed " + std::to_string(seed)}};
  out.terms.push_back("calm at=" + std::to_string(misfortune.all_well_from.count()) + "ms");
  if (misfortune.one_cause) out.terms.emplace_back("one_cause");
  for (const auto* lines : {&rack.knowledge, &misfortune.liars, &misfortune.absences, &misfortune.watcher})
    out.terms.insert(out.terms.end(), lines->begin(), lines->end());
  return out;
}

std::string to_text(const WorldText& world) {
  std::string out = world.rack;
  out.append(fence).append(world.timeline).append(fence);
  for (const auto& line : world.terms) out += line + "\n";
  return out;
}

WorldText world_of(std::string_view text) {
  WorldText out;
  out.rack = cut(text);
  out.timeline = cut(text);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.front() != '#') out.terms.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

}  // namespace world
