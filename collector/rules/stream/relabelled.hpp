#pragma once

#include "collector/rules/labelling.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/stage.hpp"

// label_replace and label_join: the labels are made once for each element.
namespace holdup::rules::stream {

class Relabelled : public Stage {
 public:
  Relabelled(const Stage& vector, Relabelling relabelling) : vector_{vector}, relabelling_{std::move(relabelling)} {}

  void update(const Setting& setting) override;
  [[nodiscard]] bool in_conflict() const override { return shared_ > 0; }
  [[nodiscard]] bool may_conflict() const override { return true; }

 private:
  [[nodiscard]] bool may_hold_back() const override { return false; }
  void grow();

  const Stage& vector_;
  Relabelling relabelling_;
  Paged<std::uint32_t> same_;     // by cell: the number of its label set
  Paged<std::uint32_t> present_;  // by label set
  std::size_t shared_ = 0;        // label sets that several elements have
  Numbered known_;
};

}  // namespace holdup::rules::stream
