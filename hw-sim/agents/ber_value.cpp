#include "hw-sim/agents/ber_value.hpp"

#include <net-snmp/net-snmp-config.h>
// After net-snmp-config.h, which they need.
#include <net-snmp/library/asn1.h>
#include <net-snmp/types.h>

#include <array>
#include <utility>

#include "ground/expect.hpp"

namespace hwsim::agents::ber {
namespace {

constexpr std::size_t header_room = 8;  // tag and the longest length

u_char* bytes(std::string& text) { return reinterpret_cast<u_char*>(text.data()); }

// Cuts the buffer that net-snmp wrote into down to where it stopped.
std::string finished(std::string& buffer, const u_char* end) {
  HOLDUP_EXPECT(end != nullptr);
  buffer.resize(static_cast<std::size_t>(end - bytes(buffer)));
  return std::move(buffer);
}

}  // namespace

std::string integer(std::int32_t value) {
  std::string out(header_room + sizeof(long), '\0');
  std::size_t room = out.size();
  const long wide = value;
  const auto* end = asn_build_int(bytes(out), &room, ASN_INTEGER, &wide, sizeof wide);
  return finished(out, end);
}

std::string unsigned32(Tag tag, std::uint32_t value) {
  std::string out(header_room + sizeof(long), '\0');
  std::size_t room = out.size();
  const u_long wide = value;
  const auto* end = asn_build_unsigned_int(bytes(out), &room, static_cast<u_char>(tag), &wide, sizeof wide);
  return finished(out, end);
}

std::string counter64(std::uint64_t value) {
  std::string out(header_room + 9, '\0');
  std::size_t room = out.size();
  struct counter64 halves {};
  halves.high = static_cast<u_long>(value >> 32);
  halves.low = static_cast<u_long>(value & 0xffffffffU);
  const auto* end = asn_build_unsigned_int64(bytes(out), &room, ASN_COUNTER64, &halves, sizeof halves);
  return finished(out, end);
}

std::string octets(Tag tag, std::string_view content) {
  std::string out(header_room + content.size(), '\0');
  std::size_t room = out.size();
  const auto* from = reinterpret_cast<const u_char*>(content.data());
  const auto* end = asn_build_string(bytes(out), &room, static_cast<u_char>(tag), from, content.size());
  return finished(out, end);
}

std::string object_id(const Oid& oid) {
  HOLDUP_EXPECT(oid.size() <= MAX_OID_LEN);
  std::string out(header_room + oid.size() * 5 + 1, '\0');
  std::size_t room = out.size();
  std::array<::oid, MAX_OID_LEN> wide{};
  for (std::size_t i = 0; i < oid.size(); ++i) wide[i] = oid[i];
  const auto* end = asn_build_objid(bytes(out), &room, ASN_OBJECT_ID, wide.data(), oid.size());
  return finished(out, end);
}

std::string empty(Tag tag) {
  std::string out(header_room, '\0');
  std::size_t room = out.size();
  const auto* end = asn_build_null(bytes(out), &room, static_cast<u_char>(tag));
  return finished(out, end);
}

std::string constructed(std::uint8_t tag, std::string_view content) {
  std::string out(header_room + content.size(), '\0');
  std::size_t room = out.size();
  const auto* end = asn_build_header(bytes(out), &room, tag, content.size());
  return finished(out, end).append(content);
}

}  // namespace hwsim::agents::ber
