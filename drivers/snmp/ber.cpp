#include "drivers/snmp/ber.hpp"

#include <algorithm>
#include <cstring>

#include "ground/expect.hpp"

namespace holdup::snmp {
namespace {

constexpr std::size_t most_sub_ids = 128;  // RFC 3416 section 4.1

struct Length {
  std::size_t value;
  std::size_t bytes;  // that the length itself occupies
};

// Long forms need not be the shortest: agents write 0x82 for lengths under 128. Beyond four bytes nothing in a datagram can be meant.
std::optional<Length> read_length(Bytes bytes) {
  if (bytes.empty()) return std::nullopt;
  const std::uint8_t first = bytes[0];
  if (first < 0x80) return Length{first, 1};
  const std::size_t count = first & 0x7Fu;
  if (count == 0 || count > 4 || bytes.size() <= count) return std::nullopt;
  std::size_t value = 0;
  for (std::size_t i = 1; i <= count; ++i) value = (value << 8) | bytes[i];
  return Length{value, 1 + count};
}

}  // namespace

std::optional<Element> BerReader::next() {
  if (rest_.empty() || (rest_[0] & 0x1F) == 0x1F) return std::nullopt;
  const auto length = read_length(rest_.subspan(1));
  if (!length || length->value > rest_.size() - 1 - length->bytes) return std::nullopt;
  const Element element{rest_[0], rest_.subspan(1 + length->bytes, length->value)};
  rest_ = rest_.subspan(1 + length->bytes + length->value);
  return element;
}

std::optional<Bytes> BerReader::next(std::uint8_t tag) {
  const auto element = next();
  return element && element->tag == tag ? std::optional{element->content} : std::nullopt;
}

std::optional<std::int64_t> signed_number(Bytes content) {
  if (content.empty() || content.size() > 8) return std::nullopt;
  std::uint64_t value = content[0] & 0x80 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : content) value = (value << 8) | byte;
  return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> unsigned_number(Bytes content, std::size_t bytes) {
  if (content.empty() || content.size() > bytes + 1 || (content.size() == bytes + 1 && content[0] != 0)) return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t byte : content) value = (value << 8) | byte;
  return value;
}

bool is_oid(Bytes content) {
  std::size_t count = 1;  // the first sub-identifier holds two
  for (std::size_t i = 0; i < content.size(); ++i, ++count) {
    if (content[i] < 0x80) continue;
    if (content[i] == 0x80) return false;
    std::uint64_t value = 0;
    for (; i < content.size() && content[i] >= 0x80 && value <= 0xFFFFFFFF; ++i) value = (value << 7) | (content[i] & 0x7F);
    if (i == content.size() || ((value << 7) | content[i]) > 0xFFFFFFFF) return false;
  }
  return !content.empty() && count <= most_sub_ids;
}

Oid decode_oid(Bytes content) {
  HOLDUP_EXPECT(is_oid(content));
  std::vector<std::uint32_t> parts;
  parts.reserve(content.size() + 1);
  std::uint32_t value = 0;
  for (const std::uint8_t byte : content) {
    value = (value << 7) | (byte & 0x7F);
    if (byte & 0x80) continue;
    if (parts.empty()) {
      const std::uint32_t first = value < 80 ? value / 40 : 2;
      parts.push_back(first);
      value -= first * 40;
    }
    parts.push_back(value);
    value = 0;
  }
  return Oid{std::move(parts)};
}

void BerWriter::integer(std::int64_t value) {
  const std::size_t start = mark();
  std::uint8_t byte;
  do {
    byte = static_cast<std::uint8_t>(value & 0xFF);
    put(byte);
    value >>= 8;
  } while (!(value == 0 && (byte & 0x80) == 0) && !(value == -1 && (byte & 0x80) != 0));
  header(tag::integer, mark() - start);
}

void BerWriter::oid(const Oid& oid) {
  const auto parts = oid.parts();
  HOLDUP_EXPECT(parts.size() >= 2 && parts[0] <= 2 && (parts[0] == 2 || parts[1] < 40));
  const std::size_t start = mark();
  for (std::size_t i = parts.size() - 1; i >= 2; --i) sub_id(parts[i]);
  sub_id(std::uint64_t{parts[0]} * 40 + parts[1]);
  header(tag::oid, mark() - start);
}

void BerWriter::wrap(std::uint8_t tag, std::size_t mark_before) { header(tag, mark() - mark_before); }

void BerWriter::take(std::vector<std::uint8_t>& out) {
  out.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(start_), buffer_.end());
  start_ = buffer_.size();
}

void BerWriter::verbatim(Bytes encoded) {
  if (start_ < encoded.size()) grow(encoded.size());
  start_ -= encoded.size();
  if (!encoded.empty()) std::memcpy(buffer_.data() + start_, encoded.data(), encoded.size());
}

void BerWriter::raw(std::uint8_t tag, std::string_view content) {
  verbatim({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  header(tag, content.size());
}

void BerWriter::header(std::uint8_t tag, std::size_t length) {
  if (length < 0x80) {
    put(length);
  } else {
    std::uint8_t count = 0;
    for (; length != 0; length >>= 8, ++count) put(length & 0xFF);
    put(0x80u | count);
  }
  put(tag);
}

void BerWriter::sub_id(std::uint64_t value) {
  put(value & 0x7F);
  for (value >>= 7; value != 0; value >>= 7) put(0x80 | (value & 0x7F));
}

void BerWriter::grow(std::size_t bytes) {
  const std::size_t more = std::max(bytes, buffer_.size() + 256);
  buffer_.insert(buffer_.begin(), more, 0);
  start_ += more;
}

}  // namespace holdup::snmp
