#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/missed.hpp"
#include "drivers/snmp/sockets.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// SNMP v1/v2c over one UDP socket an address family, shared by all devices of the loop. Device asks through it. A reply reaches its
// request only from the address asked, with its id, community and version; one that comes too late goes to whoever still wants it, all
// else is counted and dropped.
namespace holdup::snmp {

struct Peer {
  boost::asio::ip::udp::endpoint address;
  std::string community = "public";
  Version version = Version::v2c;
};

struct Asking {
  const Peer& peer;
  Ask ask = Ask::get;
  std::uint32_t max_repetitions = 0;
  std::span<const Oid> names;
  std::span<const Bytes> lists{};  // instead of the names: GETs, one after the other, of lists as in Question
  ground::Instant deadline;
  std::optional<ground::Duration> resend_after;  // the same datagram again, each so long, until the deadline; default: never
  Late late{};
};

struct Counters {
  std::uint64_t sent = 0, received = 0;
  std::uint64_t garbage = 0;          // no SNMP response at all
  std::uint64_t wrong_source = 0;     // a request's id from another address or port
  std::uint64_t wrong_community = 0;  // … or with another community or version
  std::uint64_t late = 0;             // the request had timed out; told to its taker, where there is one
  std::uint64_t duplicate = 0;        // the request had been answered
  std::uint64_t unknown_request = 0;  // an id that was never asked, or long ago
};

class Client {
 public:
  /// `seed` is where request ids begin to count; another for each run. The client outlives its requests.
  Client(boost::asio::io_context& loop, std::uint32_t seed);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// One request, one datagram, one reply or a failure by the deadline. The names, or lists, and the peer outlive the call.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Reply>> request(Asking asking);
  /// The same for as many requests as there are lists; how many were answered, or a failure where the first was not.
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> request(Asking asking, Taker& taker);
  /// Questions put in this turn of the loop leave now, not at its end.
  void flush() { sockets_.flush(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  void forget(const LateTaker& taker) { missed_.forget(&taker); }

 private:
  using Udp = boost::asio::ip::udp;
  struct Pending;
  enum class Fate : std::uint8_t { none, outstanding, answered, timed_out };
  struct Past {
    std::uint32_t id = 0;
    Fate fate = Fate::none;
  };

  void take(Bytes datagram, const Udp::endpoint& from);
  void refused(std::uint32_t id, const ground::Failure& why);
  [[nodiscard]] bool take_late(Bytes datagram, const Udp::endpoint& from);
  [[nodiscard]] bool belongs(const Peer& peer, const Udp::endpoint& from);
  void count_stray(std::uint32_t id);
  [[nodiscard]] std::uint32_t next_id();
  [[nodiscard]] ground::Result<std::size_t> ask(Pending& pending);
  [[nodiscard]] ground::Result<std::size_t> transmit(Pending& pending);
  Past& past(std::uint32_t id) { return past_[id % past_.size()]; }

  boost::asio::io_context& loop_;
  std::uint32_t last_id_;
  std::unordered_map<std::uint32_t, Pending*> pending_;
  std::array<Past, 4096> past_{};
  struct Given {  // up
    Peer peer;
    std::uint64_t mark = 0;
    std::size_t which = 0;
  };
  Missed<LateTaker, Given> missed_;
  Sockets sockets_;
  BerWriter writer_;
  Response response_;  // the one being taken; it keeps its memory
  Counters counters_;
};

}  // namespace holdup::snmp
