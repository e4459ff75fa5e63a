#pragma once

#include <array>
#include <string_view>

#include "collector/rules/function.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/leaf.hpp"
#include "collector/rules/stream/steps.hpp"

// A function of the held steps of a subquery, `max_over_time(x[7d:1h])`: looked at again when a step comes into the window or leaves it, a
// share of its elements a turn. Samples are none of its business: the steps have seen them.
namespace holdup::rules::stream {

class Stepped : public Leaf {
 public:
  struct Reckoning {
    OverTime reckon = nullptr;
    std::array<double, 2> parameters{};
    bool keeps_name = false;
  };
  Stepped(std::uint32_t rule, const Steps& steps, Reckoning reckoning) : Leaf{rule}, steps_{steps}, reckoning_{reckoning} {}

  void born(std::size_t, Series&) override {}
  void update(const Setting& setting) override;
  [[nodiscard]] ground::Instant due() const override { return due_; }
  [[nodiscard]] bool in_conflict() const override { return failed_; }
  [[nodiscard]] bool may_conflict() const override { return true; }
  [[nodiscard]] bool is_ready() const override { return ready_; }

 private:
  void begin_sweep(const Window& window);
  void refresh(std::uint32_t cell, Window window);

  const Steps& steps_;
  Reckoning reckoning_;
  Paged<std::shared_ptr<const Steps::Track>> bound_;             // by cell
  Numbered known_;                                               // … by their addresses
  std::uint64_t version_ = 0, tracks_made_ = ~std::uint64_t{0};  // none of them bound yet
  std::size_t swept_ = 0;                                        // cells that were looked at since something changed
  ground::Instant swept_to_{};                                   // the window's end then
  ground::Instant due_ = ground::Instant::min();
  bool failed_ = false, ready_ = false;
};

}  // namespace holdup::rules::stream
