#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/forward/request.hpp"
#include "collector/forward/target.hpp"
#include "ground/result.hpp"
#include "store/reader.hpp"

// What of the store's samples is told a target, and where a series ends: good values go, a value that is not good or a long silence
// while others go on becomes one staleness marker. Used by Pump, one a target; a value without clock.
namespace holdup::forward {

using SeriesOf = std::function<ground::Result<record::Series>(std::int64_t row)>;

class Shaper {
 public:
  explicit Shaper(const Target& target) : match_{target.match}, added_{target.labels} {}

  /// This series was good at that time, and the target has it: it goes on, or ends.
  void remember(std::int64_t row, std::int64_t time_ms);
  /// Each series once, its samples in order of time. A failure changes nothing: the slice can be shaped again.
  [[nodiscard]] ground::Result<std::vector<Passage>> shape(const store::Slice& slice, const SeriesOf& series_of);

 private:
  struct Course {
    bool named = false;
    std::shared_ptr<const Labels> labels;  // null: not for this target
    bool open = false;                     // told good, not ended since
    std::int64_t last_ms = 0;              // of its newest sample or marker
    std::int64_t at = 0, gap = 0;          // running time of its last record, and from the one before
  };

  [[nodiscard]] ground::Result<void> name(Course& course, std::int64_t row, const SeriesOf& series_of);
  [[nodiscard]] bool wanted(std::string_view name) const;
  [[nodiscard]] Passage follow(Course& course, const std::vector<store::Point>& points);
  void run(const store::Slice& slice);
  [[nodiscard]] std::int64_t running_at(std::int64_t time_ms) const;
  [[nodiscard]] ground::Result<void> end_silent(std::vector<Passage>& passages, const SeriesOf& series_of);

  std::vector<std::string> match_;
  std::vector<record::Label> added_;
  std::unordered_map<std::int64_t, Course> courses_;                  // by row
  std::optional<std::int64_t> newest_ms_;                             // of all series
  std::int64_t running_ = 0;                                          // ms in which something was recorded: downtime does not count
  std::int64_t looked_ = 0;                                           // running time of the last look for silent ones
  std::vector<std::pair<std::int64_t, std::int64_t>> slice_running_;  // of this slice: time → running time
};

}  // namespace holdup::forward
