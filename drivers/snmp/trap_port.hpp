#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/profile/trap.hpp"
#include "drivers/reading/trap.hpp"
#include "drivers/snmp/notification.hpp"
#include "drivers/snmp/trap_socket.hpp"
#include "ground/instant.hpp"

namespace boost::asio {
class io_context;
}

// Where devices call: traps and informs of known sources, decoded, given their meaning, limited a source, and handed on. Informs of known
// sources are acknowledged, SNMPv3's discovery for them answered; nobody else ever gets a byte. On the loop, in bounded turns.
// collector/poll holds one.
namespace holdup::snmp {

/// A device that may call: the address its questions go to. Its place in the list is its name.
struct TrapSource {
  HostBytes host{};
  std::uint16_t port = 0;

  auto operator<=>(const TrapSource&) const = default;
};

struct Called {
  std::vector<std::uint32_t> sources;  // more than one: they share the address it came from
  ground::Instant at{};
  reading::TrapMessage message;
};

struct TrapCounters {
  std::uint64_t received = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t reports = 0;  // of SNMPv3, to known sources: discovery, time window, refusals of informs
  // Dropped:
  std::uint64_t unknown_source = 0, malformed = 0, limited = 0;
  std::uint64_t unsupported = 0;  // SNMPv3, without its decoder
  std::array<std::uint64_t, doubt_names.size()> doubted{};
  std::uint64_t kernel = 0;  // before we could fetch them
};

class TrapPort {
 public:
  /// Called with what one turn brought, on the loop.
  using Hear = std::function<void(std::vector<Called>)>;

  TrapPort(boost::asio::io_context& loop, TrapSocket socket, Hear hear);
  ~TrapPort();
  TrapPort(const TrapPort&) = delete;
  TrapPort& operator=(const TrapPort&) = delete;

  /// Whom to listen to from now on, and what their traps mean. Counters go on.
  void know(std::vector<TrapSource> sources, profile::TrapBook book);
  /// The decoder of SNMPv3; nullptr: its datagrams are counted and dropped. It outlives the port.
  void plug(NotificationDecoder* v3);
  /// Looks for what has come, and reads a trap that nobody sent: so that what a rare one runs through is in the processor's caches.
  [[nodiscard]] std::vector<Called> rehearse();
  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] TrapCounters counters() const;

 private:
  struct State;
  static void listen(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // shared only with a wait that has completed while the port went
};

}  // namespace holdup::snmp
