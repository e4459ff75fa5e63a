#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/rules/labels.hpp"
#include "ground/result.hpp"

// Series as tests of rules write them: metric{label="value"} 1 2 _ 3x4 5+2x3 stale. Used by `rules test` and by promqltest.
namespace holdup::rules {

struct WrittenSeries {
  Labels labels;
  std::vector<std::optional<double>> values;  // an empty one: no sample; a stale marker is one
  bool native = false;                        // of native histograms, which holdup has not; without values then
};

/// metric{label="value"} at the beginning of `text`, taken off it.
[[nodiscard]] ground::Result<Labels> take_series_name(std::string_view& text);
[[nodiscard]] ground::Result<WrittenSeries> parse_series(std::string_view text);

}  // namespace holdup::rules
