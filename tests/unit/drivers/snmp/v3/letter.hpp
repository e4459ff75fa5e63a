#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/snmp/message.hpp"

// An SNMPv3 message as an agent could write it, field by field, each of which a test can spoil. Not authenticated: codes are only bytes.
namespace holdup::tests {

using Octets = std::vector<std::uint8_t>;

inline const std::string letter_engine{"\x80\x00\x1f\x88\x04pdu", 8};

/// A message as an agent could write it; each field can be spoilt.
struct Letter {
  std::int64_t version = 3, id = 17, size = 65507, model = 3, boots = 2, time = 99;
  std::string flags{'\x00'}, engine = letter_engine, user = "op", code, salt;
  std::uint8_t pdu = snmp::tag::response;
  std::string name{};  // of the one value, an empty text; without it there is none
  std::string context{};
  bool hidden = false;
  std::string tail;

  [[nodiscard]] Octets bytes() const {
    snmp::BerWriter writer;
    if (hidden) {
      writer.octets("sixteen bytes of");
    } else {
      if (!name.empty()) {
        writer.octets("");
        writer.oid(*snmp::Oid::parse(name));
        writer.wrap(snmp::tag::sequence, 0);
      }
      writer.wrap(snmp::tag::sequence, 0);
      writer.integer(0);
      writer.integer(0);
      writer.integer(id);
      writer.wrap(pdu, 0);
      writer.octets(context);
      writer.octets(engine);
      writer.wrap(snmp::tag::sequence, 0);
    }
    writer.verbatim(security());
    const auto head = writer.mark();
    writer.integer(model);
    writer.octets(flags);
    writer.integer(size);
    writer.integer(id);
    writer.wrap(snmp::tag::sequence, head);
    writer.integer(version);
    writer.wrap(snmp::tag::sequence, 0);
    Octets out;
    writer.take(out);
    out.insert(out.end(), tail.begin(), tail.end());
    return out;
  }
  [[nodiscard]] Octets security() const {
    snmp::BerWriter writer;
    writer.octets(salt);
    writer.octets(code);
    writer.octets(user);
    writer.integer(time);
    writer.integer(boots);
    writer.octets(engine);
    writer.wrap(snmp::tag::sequence, 0);
    writer.wrap(snmp::tag::octets, 0);
    Octets out;
    writer.take(out);
    return out;
  }
};

}  // namespace holdup::tests
