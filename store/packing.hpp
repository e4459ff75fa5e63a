#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ground/quality.hpp"

// The bytes of batch.samples: nine a sample (FORMAT.md). Used by the writer and the reader of the file.
namespace holdup::store {

struct PackedSample {
  double value = 0;
  ground::Quality quality = ground::Quality::good;
};

inline constexpr std::size_t packed_sample_size = 9;  // the double's eight bytes, least first, then the quality

inline void pack(const PackedSample& sample, std::vector<std::uint8_t>& out) {
  const auto bits = std::bit_cast<std::uint64_t>(sample.value);
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<std::uint8_t>(bits >> shift));
  out.push_back(static_cast<std::uint8_t>(sample.quality));
}

/// Nothing when the bytes end before that position or the quality is none we know.
[[nodiscard]] inline std::optional<PackedSample> unpack(std::string_view bytes, std::int64_t position) {
  if (position < 0 || static_cast<std::uint64_t>(position) >= bytes.size() / packed_sample_size) return std::nullopt;
  const auto one = bytes.substr(static_cast<std::size_t>(position) * packed_sample_size, packed_sample_size);
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i-- > 0;) bits = bits << 8 | static_cast<std::uint8_t>(one[i]);
  const auto quality = static_cast<std::uint8_t>(one[8]);
  if (quality >= ground::quality_names.size()) return std::nullopt;
  return PackedSample{std::bit_cast<double>(bits), static_cast<ground::Quality>(quality)};
}

}  // namespace holdup::store
