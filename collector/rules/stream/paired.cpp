#include "collector/rules/stream/paired.hpp"

#include <utility>

#include "collector/rules/operate.hpp"
#include "collector/rules/stream/leeway.hpp"

namespace holdup::rules::stream {

Paired::Paired(Stage& left, Stage& right, const Binary& binary)
    : binary_{binary},
      swapped_{binary.matching.many == Matching::Many::right},
      filters_{is_comparison(binary.op) && !binary.as_bool},
      many_{swapped_ ? right : left},
      one_{swapped_ ? left : right},
      keys_{binary.matching} {
  if (filters_) see_who_may_doze();
}

void Paired::see_who_may_doze() {
  const bool one_to_one = binary_.matching.many == Matching::Many::neither && !binary_.as_bool;
  if (!one_to_one || !may_have_leeway(binary_.op, threshold())) return;
  auto *const many = Newest::dozer(many_), *const one = Newest::dozer(one_);
  if (many != nullptr && one != nullptr) many_newest_ = many, one_newest_ = one;
}

/// Meetings know who is there before any pair is looked at, and pairs are made in the order in which the many side comes.
void Paired::update(const Setting& setting) {
  begin();
  grow(many_, many_members_, &Meeting::many);
  grow(one_, one_members_, &Meeting::one);
  if (many_newest_ != nullptr) wake_partners(setting);
  take_in_many();
  take_in_one();
  for (const auto cell : many_.changed()) {
    worked();
    const auto& member = many_members_[cell];
    const auto partner = meetings_[member.key].partner;
    if (member.pairs == none || partner == none || !one_.has_changed(partner)) refresh(cell, setting.at);
  }
  for (const auto cell : one_.changed()) {
    worked();
    if (const auto& meeting = meetings_[one_members_[cell].key]; meeting.partner == cell && !meeting.is_anew)
      refresh_all(meeting, setting.at);
  }
  for (const auto key : anew_) meetings_[key].is_anew = false, refresh_all(meetings_[key], setting.at);
  anew_.clear();
}

/// What changed is looked at beside what its partners are now.
void Paired::wake_partners(const Setting& setting) {
  const auto wake = [&](std::uint32_t key) {
    auto& meeting = meetings_[key];
    if (!meeting.naps.wake(setting.at)) return;
    for (auto cell = meeting.many.first; cell != none; cell = many_members_[cell].next) many_newest_->wake(cell, setting);
    for (auto cell = meeting.one.first; cell != none; cell = one_members_[cell].next) one_newest_->wake(cell, setting);
  };
  for (std::size_t i = 0; i < many_.changed().size(); ++i) wake(many_members_[many_.changed()[i]].key);
  for (std::size_t i = 0; i < one_.changed().size(); ++i) wake(one_members_[one_.changed()[i]].key);
}

template <class Side>
void Paired::grow(const Stage& operand, Paged<Side>& members, Chain Meeting::*chain) {
  while (members.size() < operand.cells().size()) {
    const auto cell = static_cast<std::uint32_t>(members.size());
    const auto key = keys_.of(operand.cells()[cell]);
    members.emplace_back().key = key;
    meetings_.grow(keys_.size());
    auto& [first, last] = meetings_[key].*chain;
    is_crowded_ = is_crowded_ || first != none;
    (first == none ? first : members[last].next) = cell;
    last = cell;
  }
}

void Paired::take_in_many() {
  for (const auto cell : many_.changed()) {
    worked();
    auto& member = many_members_[cell];
    const bool before = std::exchange(member.present, many_.cells()[cell].present);
    if (before == member.present) continue;
    auto& meeting = meetings_[member.key];
    meeting.many_present += member.present ? 1 : -1;
    see_conflict(meeting);
  }
}

void Paired::take_in_one() {
  for (const auto cell : one_.changed()) {
    worked();
    auto& member = one_members_[cell];
    const bool before = std::exchange(member.present, one_.cells()[cell].present);
    if (before == member.present) continue;
    auto& meeting = meetings_[member.key];
    meeting.one_present += member.present ? 1 : -1;
    see_conflict(meeting);
    auto partner = meeting.one.first;
    while (partner != none && !one_members_[partner].present) partner = one_members_[partner].next;
    if (std::exchange(meeting.partner, partner) != partner && !std::exchange(meeting.is_anew, true)) anew_.push_back(member.key);
  }
}

void Paired::see_conflict(Meeting& meeting) {
  const bool one_to_one = binary_.matching.many == Matching::Many::neither;
  const bool in_conflict = meeting.one_present > 1 || (one_to_one && meeting.one_present == 1 && meeting.many_present > 1);
  conflicts_ += (in_conflict ? 1 : 0) - (std::exchange(meeting.in_conflict, in_conflict) ? 1 : 0);
}

void Paired::refresh_all(const Meeting& meeting, ground::Instant at) {
  for (auto cell = meeting.many.first; cell != none; cell = many_members_[cell].next) refresh(cell, at);
}

void Paired::refresh(std::uint32_t many, ground::Instant at) {
  worked(8);
  auto& member = many_members_[many];
  const auto partner = meetings_[member.key].partner;
  if (!member.present || partner == none) return unmatch(member);
  if (member.matched == none || !is_of(pairs_[member.matched], partner)) {
    unmatch(member);
    member.matched = pair_of(many, partner);
    if (++matched_with_[pairs_[member.matched].same] == 2) ++shared_;
  }
  const double value = many_.cells()[many].value, other = one_.cells()[partner].value;
  const double left = swapped_ ? other : value, right = swapped_ ? value : other;
  const auto result = operate(binary_.op, left, right);
  yield(member.matched, !filters_ ? std::optional{result.value} : result.holds ? std::optional{left} : std::nullopt);
  if (many_newest_ != nullptr) doze(many, partner, left, right, at);
}

/// A pair that yields nothing, alone with its key.
void Paired::doze(std::uint32_t many, std::uint32_t one, double left, double right, ground::Instant at) {
  const auto& member = many_members_[many];
  auto& meeting = meetings_[member.key];
  if (meeting.many.first != meeting.many.last || meeting.one.first != meeting.one.last) return;
  if (cells()[member.matched].present) return meeting.naps.put_off();
  meeting.naps.looked(at);
  if (!meeting.naps.may_begin(1)) return;
  const auto free = leeway(left, binary_.op, right, threshold());
  if (!free) return meeting.naps.put_off();
  worked(8);
  many_newest_->doze(many, free->left);
  one_newest_->doze(one, free->right);
  meeting.naps.begin(at);
}

void Paired::unmatch(Many& member) {
  if (member.matched == none) return;
  const auto own = std::exchange(member.matched, none);
  if (--matched_with_[pairs_[own].same] == 1) --shared_;
  yield(own, std::nullopt);
}

/// Its cell.
std::uint32_t Paired::pair_of(std::uint32_t many, std::uint32_t one) {
  auto& newest = many_members_[many].pairs;
  auto pair = newest;
  while (pair != none && !is_of(pairs_[pair], one)) pair = pairs_[pair].next;
  if (pair != none) return pair;
  worked(a_label_set);
  const Element element = element_of(many_.cells()[many]);
  auto labelled = paired_labels(binary_, element, element_of(one_.cells()[one]), false);
  const auto own = labelled.labels ? add(*std::move(labelled.labels), labelled.named) : add(element.labels, labelled.named);
  const auto [same, fresh] = known_.add(key_of(element_of(cells()[own]), false));
  if (fresh) matched_with_.push_back(0);
  pairs_.push_back({.one = one, .same = same, .next = std::exchange(newest, own)});
  return own;
}

}  // namespace holdup::rules::stream
