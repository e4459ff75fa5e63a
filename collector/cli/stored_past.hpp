#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "collector/core/effects.hpp"
#include "store/reader.hpp"

// What rules look back at, out of a store: the samples of their windows, series by series, and what their subqueries were at each of their
// steps. In slices, each of which the loop takes in at once. Used by `run`, at the start and after a reload.
namespace holdup::cli {

/// All that was recorded up to then is on the disk: what is newer may still be on its way.
[[nodiscard]] ground::Result<ground::Utc> recorded_until(store::Reader& reader);

class StoredPast {
 public:
  struct Figures {
    std::uint64_t series = 0, samples = 0;  // of windows
    std::uint64_t elements = 0, steps = 0;  // of subqueries
    bool whole = true;                      // else it was ended before
  };
  struct Asked {
    std::shared_ptr<const rules::RuleSet> rules;
    std::vector<std::size_t> waiting;  // of these
    ground::Utc start{};               // of the run
    ground::Utc now{};
    std::function<bool()> is_over;  // no more is wanted
  };
  /// Takes a slice; false: no more is wanted.
  using Hand = std::function<bool(core::Past)>;

  StoredPast(store::Reader& reader, Asked asked, Hand hand) : reader_{reader}, asked_{std::move(asked)}, hand_{std::move(hand)} {}

  /// Rules without subqueries are complete first, then the others, each when its own steps are there.
  [[nodiscard]] ground::Result<Figures> read();

 private:
  struct Wanted {
    rules::Labels labels;
    ground::Duration reach{};
  };
  [[nodiscard]] ground::Result<std::map<std::int64_t, Wanted>> wanted_series();
  [[nodiscard]] ground::Result<void> read_series();
  [[nodiscard]] ground::Result<void> read_series(std::int64_t row, const Wanted& wanted);
  [[nodiscard]] ground::Result<void> read_steps(std::size_t rule);
  [[nodiscard]] ground::Result<void> read_steps(std::size_t rule, std::size_t subquery, const rules::Expression& expression);
  void hand_over();

  store::Reader& reader_;
  Asked asked_;
  Hand hand_;
  core::Past slice_;
  std::size_t held_ = 0;  // points of the slice
  ground::Utc steps_to_{};
  Figures figures_;
};

}  // namespace holdup::cli
