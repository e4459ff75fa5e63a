#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/missed.hpp"
#include "drivers/snmp/sockets.hpp"
#include "drivers/snmp/v3/commons.hpp"
#include "drivers/snmp/v3/engine.hpp"
#include "drivers/snmp/v3/message.hpp"
#include "drivers/snmp/v3/usm.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// What the SNMPv3 sessions of one loop share: the sockets, who waits for which message, the turns at making keys. A datagram reaches the
// session that waits for its msgID only when our own codec could open it and it came from the address asked; all else is counted and
// dropped. Session asks through it.
namespace holdup::v3 {

struct Counters {
  std::uint64_t sent = 0, received = 0;
  std::uint64_t garbage = 0;       // no SNMPv3 message of the user security model
  std::uint64_t stray = 0;         // an id that nobody waits for: twice, never asked, too late for anybody to want it
  std::uint64_t late = 0;          // the question was given up, and is remembered
  std::uint64_t wrong_source = 0;  // a waited-for id from another address or port
  std::uint64_t foreign = 0;       // of another user, engine, level or context than asked
  std::uint64_t wrong_digest = 0, cannot_decrypt = 0, not_in_window = 0;
  std::uint64_t reports = 0;
  std::uint64_t discoveries = 0;  // engines found, again ones included
  std::uint64_t restarts = 0;     // an engine whose clock went back, or that is another one now
  std::uint64_t shared_engines = 0;
};

struct Timing {
  ground::Instant asked;  // when the message first left
  ground::Duration round_trip{};
};

/// Who waits for a message. True: it was the one.
class Receiver {
 public:
  virtual bool take(Bytes datagram, const Message& message) = 0;
  /// After the exchange was given up; `late` as it said.
  virtual void take_late(Bytes datagram, const Message& message, const snmp::Late& late, const Timing& timing) = 0;

 protected:
  ~Receiver() = default;
};

/// The receiver and the message outlive the exchange.
struct Exchange {
  snmp::Sockets::Endpoint address;
  const Sealed& sealed;
  Receiver& receiver;
  ground::Instant deadline;
  std::optional<ground::Duration> resend_after;  // the same datagram again, each so long, until the deadline; default: never
  snmp::Late late{};
};

class Client {
 public:
  using Endpoint = snmp::Sockets::Endpoint;
  using Say = std::function<void(const std::string&)>;

  /// `seed` is where message ids begin to count; another for each run. `say` hears what a person should know of; it may be empty.
  /// `commons`: shared with others of the loop; nullptr: with nobody.
  Client(boost::asio::io_context& loop, std::uint32_t seed, Say say = {}, std::shared_ptr<Commons> commons = nullptr);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] std::int32_t next_id();
  /// When the receiver took an answer, or a failure by the deadline.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Timing>> exchange(Exchange exchange);

  /// Says when another address goes by this engine id, too: engines are told apart by it, and traps ascribed.
  void claim(const EngineId& engine, const Endpoint& address);
  void say(const std::string& what) const;
  /// Questions put in this turn of the loop leave now, not at its end.
  void flush() { sockets_.flush(); }
  /// A late answer was the one: another is a stray.
  void answered(std::int32_t id) { missed_.forget(static_cast<std::uint32_t>(id)); }
  void forget(const Receiver& receiver) { missed_.forget(&receiver); }
  [[nodiscard]] Turns& turns() { return commons_->turns; }
  [[nodiscard]] EngineBook& engine_book() { return commons_->engines; }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Pending;
  [[nodiscard]] ground::Result<std::size_t> transmit(const Exchange& exchange);
  void take(Bytes datagram, const Endpoint& from);
  void refused(std::uint32_t id, const ground::Failure& why);
  void take_late(Bytes datagram, const Message& message, const Endpoint& from);

  boost::asio::io_context& loop_;
  std::uint32_t last_id_;
  Say say_;
  Counters counters_;
  std::shared_ptr<Commons> commons_;
  std::unordered_map<std::int32_t, Pending*> pending_;
  struct Given {  // up
    Endpoint address;
    snmp::Late late;
  };
  snmp::Missed<Receiver, Given> missed_;
  std::map<std::string, Endpoint> engines_;  // by the id in hexadecimal
  snmp::Sockets sockets_;
};

}  // namespace holdup::v3
