#include "collector/rules/stream/paired.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/operate.hpp"

namespace holdup::rules::stream {

Paired::Paired(const Stage& left, const Stage& right, const Binary& binary)
    : binary_{binary},
      swapped_{binary.matching.many == Matching::Many::right},
      many_{swapped_ ? right : left},
      one_{swapped_ ? left : right},
      keys_{binary.matching} {}

void Paired::update(const Setting&) {
  begin();
  take_in(many_, many_members_, true);
  take_in(one_, one_members_, false);
  for (const auto cell : many_.changed()) refresh(cell);
  put_in_order(touched_);
  for (const auto key : touched_) refresh_meeting(key);
  touched_.clear();
}

/// Meetings know who is there before any pair is looked at.
void Paired::take_in(const Stage& operand, Paged<Member>& members, bool is_many) {
  while (members.size() < operand.cells().size()) {
    const auto cell = static_cast<std::uint32_t>(members.size());
    members.push_back({.key = keys_.of(operand.cells()[cell])});
    meetings_.grow(keys_.size());
    auto& meeting = meetings_[members.back().key];
    auto& own_side = is_many ? meeting.many : meeting.one;
    own_side.push_back(cell);
    is_crowded_ = is_crowded_ || own_side.size() > 1;
    if (is_many) pairs_.emplace_back(), matched_.emplace_back();
  }
  for (const auto cell : operand.changed()) {
    worked(2);
    auto& [key, present] = members[cell];
    const bool before = std::exchange(present, operand.cells()[cell].present);
    auto& meeting = meetings_[key];
    auto& count = is_many ? meeting.many_present : meeting.one_present;
    count += (present ? 1 : 0) - (before ? 1 : 0);
    if (!is_many || before != present) touched_.push_back(key);
    if (is_many) continue;
    const auto there = std::ranges::find_if(meeting.one, [&](std::uint32_t other) { return members[other].present; });
    meeting.partner = there == meeting.one.end() ? std::nullopt : std::optional{*there};
  }
}

void Paired::refresh_meeting(std::uint32_t key) {
  auto& meeting = meetings_[key];
  const bool one_to_one = binary_.matching.many == Matching::Many::neither;
  const bool in_conflict = meeting.one_present > 1 || (one_to_one && meeting.one_present == 1 && meeting.many_present > 1);
  conflicts_ += (in_conflict ? 1 : 0) - (std::exchange(meeting.in_conflict, in_conflict) ? 1 : 0);
  const bool one_changed = std::ranges::any_of(meeting.one, [&](std::uint32_t cell) { return one_.cells()[cell].changed; });
  if (one_changed)
    for (const auto cell : meeting.many) refresh(cell);
}

void Paired::refresh(std::uint32_t many) {
  const auto& meeting = meetings_[many_members_[many].key];
  if (!many_members_[many].present || !meeting.partner) return unmatch(many);
  const Pair pair = pair_of(many, *meeting.partner);
  auto& matched = matched_[many];
  if (!matched || matched->own != pair.own) {
    unmatch(many);
    matched = pair;
    if (++matched_with_[pair.same] == 2) ++shared_;
  }
  const double value = many_.cells()[many].value, other = one_.cells()[*meeting.partner].value;
  const double left = swapped_ ? other : value, right = swapped_ ? value : other;
  const auto result = operate(binary_.op, left, right);
  const bool filters = is_comparison(binary_.op) && !binary_.as_bool;
  yield(pair.own, !filters ? std::optional{result.value} : result.holds ? std::optional{left} : std::nullopt);
}

void Paired::unmatch(std::uint32_t many) {
  auto& matched = matched_[many];
  if (!matched) return;
  if (--matched_with_[matched->same] == 1) --shared_;
  yield(matched->own, std::nullopt);
  matched.reset();
}

const Paired::Pair& Paired::pair_of(std::uint32_t many, std::uint32_t one) {
  auto& pairs = pairs_[many];
  const bool any_partner = binary_.matching.include.empty();  // gives the same labels
  const auto found = std::ranges::find_if(pairs, [&](const Pair& pair) { return any_partner || pair.one == one; });
  if (found != pairs.end()) return *found;
  worked(a_label_set);
  const Element element = element_of(many_.cells()[many]);
  auto labelled = paired_labels(binary_, element, element_of(one_.cells()[one]), false);
  const auto own = labelled.labels ? add(*std::move(labelled.labels), labelled.named) : add(element.labels, labelled.named);
  const auto [same, fresh] = known_.add(key_of(element_of(cells()[own]), false));
  if (fresh) matched_with_.push_back(0);
  return pairs.emplace_back(Pair{.one = one, .own = own, .same = same});
}

}  // namespace holdup::rules::stream
