#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/notification.hpp"
#include "hw-sim/agents/snmp_agent.hpp"
#include "hw-sim/agents/v3_client.hpp"

// A device that calls: encodes its traps and informs, and sends informs again until they are acknowledged. One for each agent; the server
// gives it its wire and its time.
namespace hwsim::agents {

class Caller {
 public:
  struct Wire {
    std::function<void(std::string bytes, const HostPort& to)> send;
    std::function<void(ground::Duration, std::function<void()>)> later;  // given up when the server closes
  };
  /// `agent_address`: IPv4 in host order, what v1 traps name.
  Caller(SnmpAgent& agent, Line& line, std::uint32_t agent_address, Wire wire)
      : agent_{agent}, line_{line}, agent_address_{agent_address}, wire_{std::move(wire)} {}

  /// unsupported: the device is not up, or a v3 notification has no user.
  [[nodiscard]] ground::Result<void> call(const Notification& notification, const HostPort& to);
  /// Takes the answer to one of its informs; false for any other datagram.
  bool hear(std::string_view datagram);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct Inform {
    std::uint64_t number = 0;
    SnmpMessage message;
    HostPort to;
    std::unique_ptr<V3Client> v3 = {};
    int tries = 0;
  };
  [[nodiscard]] Sender sender();
  [[nodiscard]] ground::Result<void> send_v3_trap(const Notification& notification, const HostPort& to);
  [[nodiscard]] const MasterKeys* user_of(const Notification& notification);
  void start(Inform inform);
  void transmit(Inform& inform);
  void expire(std::uint64_t number);

  SnmpAgent& agent_;
  Line& line_;
  std::uint32_t agent_address_;
  Wire wire_;
  std::list<Inform> waiting_;
  std::list<MasterKeys> guests_;  // users that notifications bring themselves: hashed once
  std::uint64_t numbers_ = 0;
  std::int32_t last_id_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace hwsim::agents
