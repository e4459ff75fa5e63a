#include "drivers/snmp/ber.hpp"

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

void sub_id(std::vector<std::uint8_t>& reversed, std::uint64_t value) {
  reversed.push_back(value & 0x7F);
  for (value >>= 7; value != 0; value >>= 7) reversed.push_back(static_cast<std::uint8_t>(0x80 | (value & 0x7F)));
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
  std::uint64_t value = 0;
  bool fresh = true;
  for (const std::uint8_t byte : content) {
    if (fresh && byte == 0x80) return false;
    value = (fresh ? 0 : value << 7) | (byte & 0x7F);
    if (value > 0xFFFFFFFF) return false;
    fresh = (byte & 0x80) == 0;
    if (fresh) ++count;
  }
  return !content.empty() && fresh && count <= most_sub_ids;
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
  const std::size_t start = reversed_.size();
  std::uint8_t byte;
  do {
    byte = static_cast<std::uint8_t>(value & 0xFF);
    reversed_.push_back(byte);
    value >>= 8;
  } while (!(value == 0 && (byte & 0x80) == 0) && !(value == -1 && (byte & 0x80) != 0));
  header(tag::integer, reversed_.size() - start);
}

void BerWriter::oid(const Oid& oid) {
  const auto parts = oid.parts();
  HOLDUP_EXPECT(parts.size() >= 2 && parts[0] <= 2 && (parts[0] == 2 || parts[1] < 40));
  const std::size_t start = reversed_.size();
  for (std::size_t i = parts.size() - 1; i >= 2; --i) sub_id(reversed_, parts[i]);
  sub_id(reversed_, std::uint64_t{parts[0]} * 40 + parts[1]);
  header(tag::oid, reversed_.size() - start);
}

void BerWriter::wrap(std::uint8_t tag, std::size_t mark) { header(tag, reversed_.size() - mark); }

void BerWriter::take(std::vector<std::uint8_t>& out) {
  out.assign(reversed_.rbegin(), reversed_.rend());
  reversed_.clear();
}

void BerWriter::raw(std::uint8_t tag, std::string_view content) {
  reversed_.insert(reversed_.end(), content.rbegin(), content.rend());
  header(tag, content.size());
}

void BerWriter::header(std::uint8_t tag, std::size_t length) {
  if (length < 0x80) {
    reversed_.push_back(static_cast<std::uint8_t>(length));
  } else {
    std::uint8_t count = 0;
    for (; length != 0; length >>= 8, ++count) reversed_.push_back(static_cast<std::uint8_t>(length & 0xFF));
    reversed_.push_back(static_cast<std::uint8_t>(0x80 | count));
  }
  reversed_.push_back(tag);
}

}  // namespace holdup::snmp
