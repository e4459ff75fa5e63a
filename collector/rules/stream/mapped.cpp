#include "collector/rules/stream/mapped.hpp"

#include <algorithm>
#include <cmath>

namespace holdup::rules::stream {

void Mapped::update(const Setting&) {
  begin();
  const auto& operand = vector_.cells();
  while (cells().size() < operand.size()) {
    const Cell& next = operand[cells().size()];
    add(next.labels, next.named && keeps_name_);
  }
  parameters_.clear();
  for (const auto* scalar : scalars_)
    parameters_.push_back(scalar->cells().empty() ? std::nan("") : scalar->cells().front().value);  // empty: it failed
  if (std::ranges::any_of(scalars_, [](const Stage* scalar) { return !scalar->changed().empty(); }))
    for (std::uint32_t cell = 0; cell < operand.size(); ++cell) refresh(cell);
  else
    for (const auto cell : vector_.changed()) refresh(cell);
}

void Mapped::refresh(std::uint32_t cell) {
  const Cell& operand = vector_.cells()[cell];
  yield(cell, operand.present ? reckon_(operand.value, parameters_) : std::nullopt);
}

}  // namespace holdup::rules::stream
