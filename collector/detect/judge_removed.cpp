#include <array>

#include "collector/detect/judge.hpp"
#include "collector/detect/judge_signs.hpp"

// Row 13: a supply that is not in its bay. Its other bits say what they like then; they are not asked.
namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr std::array own_words{Meaning::supply_input_ok, Meaning::supply_output_ok, Meaning::supply_output_power,
                               Meaning::supply_input_power};

}  // namespace

Judgement Judge::supply_removed(Index supply) const {
  const Track* present = facts_.status(supply, Meaning::supply_present);
  const auto held = this->held(Verdict::supply_removed, &site::Site::element_of_supply, supply);
  if (has_gone(supply)) {
    auto signs = present != nullptr && says(present, 0) ? std::vector{present->sign(site_)} : std::vector<Sign>{};
    if (signs.empty()) return removed_by_absence(supply);
    if (auto taken = transferred(supply, {present->changed - present->refresh() - 2s, present->changed}))
      signs.insert(signs.end(), taken->begin(), taken->end());
    return Judgement::lost(Strength::proven, std::move(signs));
  }
  if (fell_to_zero(present) && held)  // it carries: the bit is wrong
    return Judgement::fine({sign_of_contradiction(present->sign(site_), "what is not in its bay carries nothing, and this does")});
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  // As long as its missing input is taken for a start, it is not back.
  const bool starts = held && says(ok, 0) && ok->fresh && told_of_empty_bay(supply, *ok);
  if (says(present, 1) && fresh_since(*present, held)) return starts ? Judgement{} : fine(Verdict::supply_removed, held, *present);
  if (present == nullptr && ok != nullptr && ok->known() && !ok->gone && fresh_since(*ok, held))
    return fine(Verdict::supply_removed, held, *ok);
  return {};
}

// Its bay says empty where it said full before; what still carries current is not out of it.
bool Judge::has_gone(Index supply) const {
  const Track* present = facts_.status(supply, Meaning::supply_present);
  if (fell_to_zero(present)) {
    const Track* output = facts_.status(supply, Meaning::supply_output_power);
    const bool carries =
        output != nullptr && output->known() && output->fresh && output->from() >= present->changed && output->value() >= floor_of(*output);
    return !carries && !fed_after_all(supply, present->changed);
  }
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  return present == nullptr && ok != nullptr && ok->gone && ok->lived && facts_.hearing(ok->device).answers();
}

// The device that reports it answers, and has nothing of it any more: its row is gone. Gone with it is only what somebody took over.
Judgement Judge::removed_by_absence(Index supply) const {
  std::vector<Sign> signs;
  const Track* first = nullptr;
  for (const Meaning means : own_words) {
    const Track* word = facts_.status(supply, means);
    if (word == nullptr || !word->known()) continue;
    if (!word->gone) return {};
    if (first == nullptr) first = word;
  }
  if (first == nullptr) return {};
  const auto taken = transferred(supply, {first->last->time, first->last->time + 2s});
  if (!taken) return {};
  signs.push_back(sign_of_pattern(site_.element_of_device(first->device), "answers, and has nothing of it any more", first->last->time));
  signs.insert(signs.end(), taken->begin(), taken->end());
  return Judgement::lost(Strength::probable, std::move(signs));
}

}  // namespace holdup::detect
