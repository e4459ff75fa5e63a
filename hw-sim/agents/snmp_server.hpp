#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/caller.hpp"
#include "hw-sim/agents/deferred.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/snmp_agent.hpp"
#include "hw-sim/agents/udp_port.hpp"

// SNMP devices on one UDP port, one or thousands at addresses of their own: takes datagrams, asks the agent, and sends what its line lets
// through. Traps and informs leave from here too, and their acknowledgements come back here.
namespace hwsim::agents {

/// One device at the server. `line` outlives it.
struct SnmpStation {
  std::string host;  // numeric
  SnmpAgentSetup agent;
  Line* line = nullptr;
};

struct SnmpServerSetup {
  std::uint16_t port = 0;                 // 0: the kernel chooses
  std::vector<SnmpStation> stations;      // several: each at an IPv4 address of its own
  std::optional<HostPort> traps_to = {};  // unless a notification says
};

class SnmpServer {
 public:
  /// Throws boost::system::system_error when the port cannot be bound.
  SnmpServer(asio::io_context& io, SnmpServerSetup setup);

  [[nodiscard]] std::uint16_t port() const { return port_.port(); }
  /// Of one station, by its place in the setup.
  [[nodiscard]] std::uint64_t writes(std::size_t station) const { return stations_[station].agent.writes(); }
  [[nodiscard]] std::uint64_t writes() const;
  /// Its engine id in hex; empty without SNMPv3.
  [[nodiscard]] std::string engine(std::size_t station) const;
  [[nodiscard]] std::uint64_t traps_sent() const;
  [[nodiscard]] std::uint64_t informs_acknowledged() const;

  /// unsupported: nobody to send to, or no user.
  [[nodiscard]] ground::Result<void> call(std::size_t station, const Notification& notification);
  /// A trap storm was laid on the station's line: it is followed until it ends.
  void watch_storm(std::size_t station);
  void close();

 private:
  struct Station {
    SnmpAgent agent;
    Line& line;
    std::uint32_t address;  // IPv4, host order
    std::optional<Caller> caller = {};
  };
  struct Storm {
    std::size_t station;
    std::int64_t called = 0;
  };
  void add(SnmpStation station);
  void await();
  void take(const UdpPort::Datagram& datagram);
  void answer(Station& station, const UdpPort::Datagram& datagram);
  void send(UdpPort::Outgoing datagram, scenario::Corruption corruption);
  void beat();
  /// Calls as often as is due; false when the storm is over.
  [[nodiscard]] bool blow(Storm& storm);

  std::optional<HostPort> traps_to_;
  UdpPort port_;
  asio::posix::stream_descriptor readable_;
  std::unique_ptr<UdpPort> stranger_;  // answers with the wrong source leave here; opened at need
  UdpPort::Reach reach_;
  HostPort first_;
  std::deque<Station> stations_;
  std::unordered_map<std::uint32_t, std::size_t> by_address_;
  std::vector<Storm> storms_;
  bool beating_ = false;
  Deferred deferred_;
};

}  // namespace hwsim::agents
