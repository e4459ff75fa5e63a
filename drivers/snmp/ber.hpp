#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/profile/oid.hpp"

// The part of BER (X.690) that SNMP v1 and v2c use, strict: definite lengths only, nothing past the end, numbers of bounded size. The
// message codec is built on it. No allocation but an Oid's.
namespace holdup::snmp {

using profile::Oid;
using Bytes = std::span<const std::uint8_t>;

namespace tag {
inline constexpr std::uint8_t integer = 0x02, octets = 0x04, null = 0x05, oid = 0x06, sequence = 0x30, ip_address = 0x40, counter32 = 0x41,
                              gauge32 = 0x42, time_ticks = 0x43, opaque = 0x44, counter64 = 0x46, unsigned32 = 0x47, no_such_object = 0x80,
                              no_such_instance = 0x81, end_of_mib_view = 0x82, get = 0xA0, get_next = 0xA1, response = 0xA2,
                              get_bulk = 0xA5, trap_v1 = 0xA4, inform = 0xA6, trap_v2 = 0xA7;
}  // namespace tag

struct Element {
  std::uint8_t tag = 0;
  Bytes content;
};

/// Takes elements off the front of some bytes.
class BerReader {
 public:
  explicit BerReader(Bytes bytes) : rest_{bytes} {}
  /// Nothing when cut short, of indefinite length, longer than what is there, or with a tag of several bytes.
  [[nodiscard]] std::optional<Element> next();
  /// The content of the next element, if it has this tag.
  [[nodiscard]] std::optional<Bytes> next(std::uint8_t tag);
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

/// Two's complement of 1 to 8 bytes.
[[nodiscard]] std::optional<std::int64_t> signed_number(Bytes content);
/// Unsigned of at most `bytes` bytes, or one more that is a leading 0. Agents also send the top bit without that 0: taken as unsigned.
[[nodiscard]] std::optional<std::uint64_t> unsigned_number(Bytes content, std::size_t bytes);
/// True for 1 to 128 sub-identifiers of at most 32 bits, each complete and without padding.
[[nodiscard]] bool is_oid(Bytes content);
/// Requires is_oid.
[[nodiscard]] Oid decode_oid(Bytes content);

/// Writes elements back to front: what is inside stands before its length is known.
class BerWriter {
 public:
  void integer(std::int64_t value);
  void octets(std::string_view text) { raw(tag::octets, text); }
  void null() { raw(tag::null, {}); }
  /// Already encoded, as it stands.
  void verbatim(Bytes encoded);
  /// Requires at least two parts, the first at most 2, the second at most 39 unless the first is 2.
  void oid(const Oid& oid);
  /// Wraps everything written since `mark`.
  void wrap(std::uint8_t tag, std::size_t mark);
  [[nodiscard]] std::size_t mark() const { return buffer_.size() - start_; }
  /// The bytes in order; the writer is empty then and keeps its memory.
  void take(std::vector<std::uint8_t>& out);

 private:
  void raw(std::uint8_t tag, std::string_view content);
  void header(std::uint8_t tag, std::size_t length);
  void sub_id(std::uint64_t value);
  void put(std::uint64_t byte) {
    if (start_ == 0) grow(1);
    buffer_[--start_] = static_cast<std::uint8_t>(byte);
  }
  void grow(std::size_t bytes);

  std::vector<std::uint8_t> buffer_;
  std::size_t start_ = 0;  // of what is written: it grows towards the front
};

}  // namespace holdup::snmp
