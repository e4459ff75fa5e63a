#pragma once

#include <map>
#include <vector>

#include "collector/rules/evaluate.hpp"

// Series held whole in memory, as a source: what tests of rules and of the language are evaluated over.
namespace holdup::rules {

class Memory : public Source {
 public:
  /// Samples rise in time from call to call, too; one at a time that is there already replaces it.
  void add(const Labels& labels, const std::vector<Point>& points);
  /// A series whose samples holdup cannot hold.
  void add_foreign(Labels labels) { foreign_.push_back(std::move(labels)); }
  void remove(const Labels& labels) { series_.erase(labels); }
  void clear();

  [[nodiscard]] std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) override;
  /// Whether a foreign one was meant since this was last asked.
  [[nodiscard]] bool met_foreign() { return std::exchange(met_foreign_, false); }

 private:
  std::map<Labels, std::vector<Point>> series_;
  std::vector<Labels> foreign_;
  bool met_foreign_ = false;
};

}  // namespace holdup::rules
