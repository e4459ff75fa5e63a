#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/mbap.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// One TCP connection to one host and port, shared by the units behind it: one request at a time, first come first served, each with
// a hard deadline. It connects when it is asked and not connected. Used by Device; all of it runs on one thread.
namespace holdup::modbus {

/// What happened on a connection since it was made; faults by modbus::Fault.
struct Counters {
  std::uint64_t requests = 0, answers = 0, exceptions = 0, timeouts = 0;
  std::uint64_t late = 0;  // answers to requests given up before: discarded
  std::uint64_t connects = 0, connect_failures = 0;
  std::uint64_t lost = 0;                                  // closed by the peer or the network
  std::uint64_t cut = 0;                                   // closed by us: half an answer at the deadline, or mute
  std::array<std::uint64_t, fault_names.size()> faults{};  // answers that disagree: each closed the connection
};

class Connection final : public Asker, public std::enable_shared_from_this<Connection> {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  struct Options {
    ground::Duration reconnect_pause = std::chrono::milliseconds{100};  // after a failed attempt, before the next
    int mute_limit = 2;  // time-outs in a row without a byte from the peer: then it is taken for gone and dialled anew
  };

  Connection(boost::asio::any_io_executor executor, Endpoint peer, Options options);
  Connection(boost::asio::any_io_executor executor, Endpoint peer) : Connection{std::move(executor), std::move(peer), Options{}} {}

  /// Waits for its turn, connects if need be, asks, and has the answer (which may be an exception) or a Failure by the deadline.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) override;
  /// Closes the socket; the request under way and those waiting end as cancelled. A later ask() connects again.
  void close();

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Endpoint& peer() const { return peer_; }

 private:
  class Turn;
  class Cutoff;

  boost::asio::awaitable<ground::Result<void>> be_connected();
  boost::asio::awaitable<ground::Result<void>> connect();
  boost::asio::awaitable<ground::Result<Exchange>> exchange(Question question);
  boost::asio::awaitable<boost::system::error_code> transmit(const Frame& frame);
  boost::asio::awaitable<ground::Result<Answer>> receive(const Expected& expected);
  void read_what_came_unasked();
  void consume(std::size_t bytes);
  void drop();
  [[nodiscard]] ground::Failure interrupted();
  [[nodiscard]] ground::Failure lost(const boost::system::error_code& error);
  [[nodiscard]] ground::Failure disagreed(Fault fault);
  [[nodiscard]] std::string name() const;

  enum class Cut : std::uint8_t { no, deadline, closing };

  boost::asio::any_io_executor executor_;
  Endpoint peer_;
  Options options_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer cutoff_;
  Cut cut_ = Cut::no;
  std::deque<Turn*> turns_;  // front: whose turn it is; as long as there are devices on the connection
  std::array<std::uint8_t, 2 * max_frame_bytes> buffer_;
  std::size_t filled_ = 0;
  std::uint16_t transaction_ = 0;  // the last one sent
  std::uint16_t sent_before_ = 0;  // on this socket, before the last one; saturates
  std::uint64_t requests_of_cutoff_ = 0;
  int mute_ = 0;
  ground::Instant not_before_{};
  Counters counters_;
};

}  // namespace holdup::modbus
