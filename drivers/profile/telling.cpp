#include <utility>

#include "drivers/profile/profile.hpp"

namespace holdup::profile {
namespace {

Telling telling(const Rule& rule) {
  return {.point = {.metric = rule.metric,
                    .labels = {},
                    .source = {},
                    .means = rule.means,
                    .lane = rule.lane,
                    .refresh = rule.refresh,
                    .states = rule.states,
                    .harmless = rule.harmless,
                    .every = rule.every},
          .conversion = rule.conversion};
}

std::string answer_metric(reading::Meaning meaning) {
  if (meaning == reading::Meaning::outlet_state) return "rack_outlet_on";
  return "rack_" + std::string{reading::meaning_names[static_cast<std::size_t>(meaning)]};
}

Telling answer(const Rule& rule, const Rule::Also& to) {
  Telling out = telling(rule);
  out.point.metric = answer_metric(to.means);
  out.point.means = to.means;
  out.point.states = nullptr;
  out.conversion.yes = to.yes, out.conversion.no = to.no;
  return out;
}

}  // namespace

std::vector<Telling> tellings(const Rule& rule) {
  const bool answers = !rule.conversion.yes.empty() || !rule.conversion.no.empty();
  std::vector<Telling> out;
  if (!answers || rule.states) {
    Telling& plain = out.emplace_back(telling(rule));
    plain.conversion.yes.clear(), plain.conversion.no.clear();
    if (answers) plain.point.means = reading::Meaning::none;
  }
  if (answers) out.push_back(answer(rule, {rule.means, rule.conversion.yes, rule.conversion.no}));
  for (const Rule::Also& also : rule.also) out.push_back(answer(rule, also));
  return out;
}

}  // namespace holdup::profile
