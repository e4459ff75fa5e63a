#pragma once

#include <functional>

#include "collector/rules/stream/stage.hpp"

// Each element by itself: signs, functions of one number, and arithmetic or comparison with scalars.
namespace holdup::rules::stream {

class Mapped : public Stage {
 public:
  /// Of an element's value and the scalars; nothing: no element.
  using Reckon = std::function<std::optional<double>(double, std::span<const double>)>;
  Mapped(const Stage& vector, std::vector<const Stage*> scalars, bool keeps_name, Reckon reckon)
      : vector_{vector}, scalars_{std::move(scalars)}, keeps_name_{keeps_name}, reckon_{std::move(reckon)} {}

  void update(const Setting& setting) override;

 private:
  void refresh(std::uint32_t cell);

  const Stage& vector_;
  std::vector<const Stage*> scalars_;
  bool keeps_name_;
  Reckon reckon_;
  std::vector<double> parameters_;
};

}  // namespace holdup::rules::stream
