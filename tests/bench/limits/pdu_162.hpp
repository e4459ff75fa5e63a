#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// The device that the SNMP benches poll: 162 values in two tables, six columns by 24 and by 3 rows, asked with four GETBULKs. Its names,
// its values and those questions, encoded; whoever serves or asks it bare uses this.
namespace holdup::bench {

using Arcs = std::vector<std::uint32_t>;

inline constexpr std::size_t questions = 4, values_a_poll = 162, columns = 6, outlets = 24, phases = 3;

/// 127.1.0.1, 127.1.0.2, …: the address of a device, and the device of an address.
inline sockaddr_in address_of(std::size_t device, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(0x7F010000u + static_cast<std::uint32_t>(device / 250 * 256 + device % 250 + 1));
  return out;
}
inline std::size_t device_of(in_addr address) {
  const auto low = ntohl(address.s_addr) - 0x7F010000u;
  return low / 256 * 250 + low % 256 - 1;
}

inline std::string tlv(int tag, const std::string& content) {
  const auto size = content.size();
  std::string out(1, static_cast<char>(tag));
  if (size >= 256) out += {static_cast<char>(0x82), static_cast<char>(size >> 8), static_cast<char>(size)};
  if (size >= 128 && size < 256) out += {static_cast<char>(0x81), static_cast<char>(size)};
  if (size < 128) out += static_cast<char>(size);
  return out + content;
}

inline std::string number(int tag, std::uint64_t value) {
  std::string content;
  do content.insert(content.begin(), static_cast<char>(value & 0xFF));
  while ((value >>= 8) != 0);
  if ((content.front() & 0x80) != 0) content.insert(content.begin(), '\0');
  return tlv(tag, content);
}

inline std::string name(const Arcs& arcs) {
  std::string out(1, static_cast<char>(arcs[0] * 40 + arcs[1]));
  for (std::size_t i = 2; i < arcs.size(); ++i) {
    std::string part(1, static_cast<char>(arcs[i] & 0x7F));
    for (auto rest = arcs[i] >> 7; rest != 0; rest >>= 7) part.insert(part.begin(), static_cast<char>(0x80 | (rest & 0x7F)));
    out += part;
  }
  return tlv(6, out);
}

/// Enterprise 32473 is the one for examples (RFC 5612). Table 1: outlets, 2: phases.
inline Arcs cell(std::uint32_t table, std::uint32_t column, std::uint32_t row) {
  return {1, 3, 6, 1, 4, 1, 32473, 1, table, 1, column, row};
}

struct Object {
  Arcs oid;
  std::string value;  // encoded
};

/// The values in the agents' order, and sysDescr and sysObjectID before them.
inline std::vector<Object> objects() {
  std::vector<Object> out{{{1, 3, 6, 1, 2, 1, 1, 1, 0}, tlv(4, "a PDU to measure with")},
                          {{1, 3, 6, 1, 2, 1, 1, 2, 0}, name({1, 3, 6, 1, 4, 1, 32473, 1})}};
  const std::array<int, columns> types{0x02, 0x42, 0x42, 0x02, 0x46, 0x02};  // state, volts, amperes, watts, watt hours, power factor
  const std::array<std::uint64_t, columns> lows{1, 2'300, 300, 60, 123'456'789, 90};
  for (std::uint32_t table = 1; table <= 2; ++table)
    for (std::uint32_t column = 1; column <= columns; ++column)
      for (std::uint32_t row = 1; row <= (table == 1 ? outlets : phases); ++row) {
        const std::uint64_t wander = column == 1 ? 0 : row * 7919 % (column == 5 ? 1'000'000'007 : 10);
        out.push_back({cell(table, column, row), number(types[column - 1], lows[column - 1] + wander)});
      }
  return out;
}

/// Question 0, 1 and 2 ask for eight outlets each, 3 for the phases.
inline std::uint32_t rows_of(std::size_t question) { return question < 3 ? 8 : phases; }
inline Arcs asked(std::size_t question, std::uint32_t column) {
  auto out = cell(question < 3 ? 1 : 2, column, static_cast<std::uint32_t>(question * 8));
  if (question == 0 || question == 3) out.pop_back();  // the column itself
  return out;
}

/// A GETBULK datagram, and where in it the four bytes of the request id stand.
struct Question {
  std::string bytes;
  std::size_t id_at;
};
inline Question question(std::size_t which) {
  std::string names;
  for (std::uint32_t column = 1; column <= columns; ++column) names += tlv(0x30, name(asked(which, column)) + tlv(5, ""));
  const std::string id{"\x02\x04\x40\x00\x00\x00", 6};
  const auto pdu = tlv(0xA5, id + number(2, 0) + number(2, rows_of(which)) + tlv(0x30, names));
  const auto bytes = tlv(0x30, number(2, 1) + tlv(4, "public") + pdu);
  return {bytes, bytes.find(id) + 2};
}

}  // namespace holdup::bench
