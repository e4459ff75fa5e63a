#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>

// The checksum of an event's text and of a blob's bytes, as their columns `crc` have it (FORMAT.md).
namespace holdup::store {

[[nodiscard]] inline std::int64_t crc_of(std::string_view bytes) {
  return static_cast<std::int64_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace holdup::store
