#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/object_table.hpp"
#include "hw-sim/agents/snmp_message.hpp"

// What an SNMP v1/v2c agent answers to a datagram: GET, GETNEXT, GETBULK from an object table; SET is refused and counted. No sockets here.
namespace hwsim::agents {

class SnmpAgent {
 public:
  SnmpAgent(const ObjectTable& objects, std::string community) : objects_{objects}, community_{std::move(community)} {}

  /// Nothing where a real agent keeps silent: no SNMP, another community, no request.
  [[nodiscard]] std::optional<std::string> answer(std::string_view datagram);
  /// SETs seen, whatever their community.
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

  /// What fits one Ethernet frame over IPv4; answers never grow past it.
  static constexpr std::size_t longest_answer = 1472;

 private:
  [[nodiscard]] std::string get(const SnmpMessage& request) const;
  [[nodiscard]] std::string get_next(const SnmpMessage& request) const;
  [[nodiscard]] std::string get_bulk(const SnmpMessage& request) const;
  [[nodiscard]] std::string refuse_write(const SnmpMessage& request) const;
  [[nodiscard]] std::string missing(const Oid& oid) const;
  [[nodiscard]] std::optional<Varbind> successor(const Oid& oid, Version version) const;

  const ObjectTable& objects_;
  std::string community_;
  std::uint64_t writes_ = 0;
};

}  // namespace hwsim::agents
