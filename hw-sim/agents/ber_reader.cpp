#include "hw-sim/agents/ber_reader.hpp"

#include <net-snmp/net-snmp-config.h>
// After net-snmp-config.h, which they need.
#include <net-snmp/library/asn1.h>
#include <net-snmp/types.h>

#include <array>

namespace hwsim::agents {
namespace {

constexpr unsigned char sequence = ASN_SEQUENCE | ASN_CONSTRUCTOR;
constexpr std::size_t padding = 32;

}  // namespace

PaddedBytes::PaddedBytes(std::string_view bytes) : size_{bytes.size()} {
  bytes_.reserve(bytes.size() + padding);
  bytes_.append(bytes).append(padding, '\0');
}

BerReader BerReader::open(unsigned char& tag) {
  if (!ok() || done()) return fail();
  auto length = left_;
  auto* const inside = asn_parse_header(at_, &length, &tag);
  if (inside == nullptr || static_cast<std::size_t>(inside - at_) + length > left_) return fail();
  const BerReader contents{inside, length};
  left_ -= static_cast<std::size_t>(inside - at_) + length;
  at_ = inside + length;
  return contents;
}

BerReader BerReader::open_sequence() {
  unsigned char tag = 0;
  auto contents = open(tag);
  return tag == sequence ? contents : fail();
}

std::int32_t BerReader::integer() {
  long value = 0;
  unsigned char tag = 0;
  if (!ok() || done()) return fail(), 0;
  at_ = asn_parse_int(at_, &left_, &tag, &value, sizeof value);
  if (tag != ASN_INTEGER || value < INT32_MIN || value > INT32_MAX) fail();
  return static_cast<std::int32_t>(value);
}

std::string BerReader::octets() {
  std::string out(left_, '\0');
  unsigned char tag = 0;
  auto length = out.size();
  if (!ok() || done()) return fail(), std::string{};
  at_ = asn_parse_string(at_, &left_, &tag, reinterpret_cast<unsigned char*>(out.data()), &length);
  out.resize(ok() ? length : 0);
  return out;
}

Oid BerReader::object_id() {
  std::array<::oid, MAX_OID_LEN> wide{};
  auto length = wide.size();
  unsigned char tag = 0;
  if (!ok() || done()) return fail(), Oid{};
  at_ = asn_parse_objid(at_, &left_, &tag, wide.data(), &length);
  if (!ok()) return {};
  Oid out;
  out.reserve(length);
  for (std::size_t i = 0; i < length; ++i) out.push_back(static_cast<std::uint32_t>(wide[i]));
  return out;
}

std::string BerReader::whole() {
  const auto* const from = at_;
  unsigned char tag = 0;
  const auto inside = open(tag);
  return inside.ok() && ok() ? std::string{from, from + (at_ - from)} : std::string{};
}

BerReader BerReader::fail() {
  at_ = nullptr;
  left_ = 0;
  return *this;
}

}  // namespace hwsim::agents
