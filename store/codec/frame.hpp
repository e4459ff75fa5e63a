#pragma once

#include <cstddef>
#include <optional>

#include "ground/result.hpp"
#include "store/codec/bytes.hpp"

// zstd with what its caller knows already left out, and the CRC-32 at the end of every body. What a frame says of its own size is not
// believed. Pure.
namespace holdup::store::codec {

/// digits: where hardly anything repeats, but some bytes are more frequent than others.
enum class Effort : std::uint8_t { digits, mixed };

/// Appends the frame without its four magic bytes; false, and nothing appended, where that would not be shorter than `bytes`.
[[nodiscard]] bool compress(BytesView bytes, Effort effort, Bytes& out);
/// Nothing where it is no frame, or holds more than `most` bytes.
[[nodiscard]] std::optional<Bytes> decompress(BytesView frame, std::size_t most);

[[nodiscard]] std::uint32_t crc32(BytesView bytes);
/// Appends the CRC of what is there.
void close(Bytes& body);
/// The body without its CRC.
[[nodiscard]] ground::Result<BytesView> checked(BytesView body);

[[nodiscard]] inline ground::Failure malformed(std::string what) { return {ground::FailureKind::malformed, std::move(what)}; }

}  // namespace holdup::store::codec
