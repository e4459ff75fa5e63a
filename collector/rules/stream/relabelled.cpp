#include "collector/rules/stream/relabelled.hpp"

#include "collector/rules/evaluator.hpp"

namespace holdup::rules::stream {

void Relabelled::update(const Setting&) {
  begin();
  grow();
  for (const auto cell : vector_.changed()) {
    const Cell& operand = vector_.cells()[cell];
    auto& present = present_[same_[cell]];
    if (operand.present && !cells()[cell].present && ++present == 2) ++shared_;
    if (!operand.present && cells()[cell].present && --present == 1) --shared_;
    yield(cell, value_of(operand));
  }
}

void Relabelled::grow() {
  while (cells().size() < vector_.cells().size()) {
    const Cell& operand = vector_.cells()[cells().size()];
    worked(a_label_set);
    auto made = relabelling_(element_of(operand), false);
    const auto cell = made.labels ? add(*std::move(made.labels), made.named) : add(operand.labels, made.named);
    const auto [same, fresh] = known_.add(key_of(element_of(cells()[cell]), false));
    if (fresh) present_.push_back(0);
    same_.push_back(same);
  }
}

}  // namespace holdup::rules::stream
