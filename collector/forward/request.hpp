#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/record/series.hpp"

// The body of a remote-write request: series with their labels and samples, as protobuf in one snappy block.
namespace holdup::forward {

/// The value as its bits: nothing on the way may quiet a signalling NaN.
struct Sample {
  std::int64_t time_ms = 0;
  std::uint64_t bits = 0;

  bool operator==(const Sample&) const = default;
};

/// "This series ends here"; no measured value has these bits.
inline constexpr std::uint64_t stale_bits = 0x7ff0000000000002;
/// Bits of a measured value.
[[nodiscard]] std::uint64_t bits_of(double value);

using Labels = std::vector<record::Label>;  // complete: with __name__, sorted, none twice, none empty

/// Of a series, with `added` where it has none of that name; nothing where a name is none that remote write knows.
[[nodiscard]] std::optional<Labels> labels_of(const record::Series& series, const std::vector<record::Label>& added);

/// What one request says of one series, in order of time.
struct Passage {
  std::shared_ptr<const Labels> labels;
  std::vector<Sample> samples;
};

[[nodiscard]] std::string encode(std::span<const Passage> passages);

}  // namespace holdup::forward
