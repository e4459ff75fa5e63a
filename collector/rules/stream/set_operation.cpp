#include "collector/rules/stream/set_operation.hpp"

namespace holdup::rules::stream {

void SetOperation::update(const Setting&) {
  begin();
  auto& [left, right] = sides_;
  const bool is_or = op_ == Operator::set_or;
  take_in(left, true);
  take_in(right, is_or);
  refresh_side(left, right);
  if (is_or) refresh_side(right, left);
  left.turned.clear(), right.turned.clear();
}

void SetOperation::take_in(Side& side, bool yields) {
  const auto& operand = side.operand.cells();
  while (side.members.size() < operand.size()) {
    const auto cell = static_cast<std::uint32_t>(side.members.size());
    const Member member{.key = keys_.of(operand[cell]), .own = yields ? add(operand[cell].labels, operand[cell].named) : 0};
    side.members.push_back(member);
    for (auto& each : sides_) each.present.grow(keys_.size()), each.of_key.grow(keys_.size());
    side.of_key[member.key].push_back(cell);
  }
  for (const auto cell : side.operand.changed()) {
    worked(2);
    auto& member = side.members[cell];
    auto& present = side.present[member.key];
    const bool now = operand[cell].present;
    if (now && !member.present && ++present == 1) side.turned.push_back(member.key);
    if (!now && member.present && --present == 0) side.turned.push_back(member.key);
    member.present = now;
  }
}

void SetOperation::refresh_side(Side& side, const Side& other) {
  for (const auto cell : side.operand.changed()) refresh(side, other, cell);
  for (const auto key : other.turned)
    for (const auto cell : side.of_key[key]) refresh(side, other, cell);
}

void SetOperation::refresh(const Side& side, const Side& other, std::uint32_t cell) {
  const auto& member = side.members[cell];
  const bool met = other.present[member.key] > 0, is_left = &side == &sides_[0];
  const bool stays = op_ == Operator::set_and ? met : op_ == Operator::set_unless ? !met : is_left || !met;
  yield(member.own, stays ? value_of(side.operand.cells()[cell]) : std::nullopt);
}

}  // namespace holdup::rules::stream
