#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/instant.hpp"
#include "ground/quality.hpp"

// What the store keeps of measurements: series, and samples in batches of one poll reply. Pure.
namespace holdup::record {

using Label = std::pair<std::string, std::string>;

/// A metric name and its labels, sorted by label name, without empty values. Its text is the identity.
struct Series {
  std::string name;
  std::vector<Label> labels;

  auto operator<=>(const Series&) const = default;
  /// rack_current_amperes{device="pdu-a",index="1"}
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string_view label(std::string_view key) const;
};

/// Counted by the core, valid for one run of the daemon; the store maps it to its own row.
using SeriesId = std::uint32_t;

struct Sample {
  Sample() = default;
  Sample(SeriesId of, double measured, ground::Quality how = ground::Quality::good) : series{of}, quality{how}, value{measured} {}
  SeriesId series = 0;
  ground::Quality quality = ground::Quality::good;  // beside the series: a third less to hand over
  double value = 0;
};

/// The samples of one poll reply share one time. `born` declares each series id before its first sample.
struct Batch {
  ground::Instant at{};    // monotonic, this boot
  ground::Utc time{};      // the same moment in UTC
  ground::Duration age{};  // of the measurements at that moment, at most
  std::vector<std::pair<SeriesId, Series>> born;
  std::vector<Sample> samples;
};

}  // namespace holdup::record
