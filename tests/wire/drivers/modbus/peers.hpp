#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "wire/run_loop.hpp"

// The other ends of the Modbus wire tests: hostile peers on plain sockets in the test's own loop, and libmodbus' server on a thread.
namespace holdup::modbus::test {

using Tcp = boost::asio::ip::tcp;

/// What a peer does with each request. The first twelve are those of the study that libmodbus was put to.
enum class Manner {
  good,
  slow,       // a byte a millisecond
  loris,      // a byte every 50 ms
  exception,  // code 2
  wrong_unit,
  wrong_function,
  wrong_transaction,
  short_frame,  // the byte count claims more than the length
  wrong_count,  // … or less
  huge,         // a length of 32 KiB
  closing,      // five bytes, then the end
  twice,        // the answer, and once more with another value
  mute,
  late,      // the first answer after 400 ms, the following ones at once
  foresees,  // the answer, and at once one for the next transaction
  wrong_protocol,
};

/// Listens on a port of the kernel's choice and serves every connection in its manner; register n of an answer holds 0x1200 + n.
class Peer {
 public:
  Peer(boost::asio::io_context& io, Manner manner);
  ~Peer() { acceptor_.close(); }
  [[nodiscard]] Tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  Tcp::acceptor acceptor_;
};

/// A request as it came, and what becomes of it; every frame of ours that is no device identification has twelve bytes.
struct Query {
  std::array<std::uint8_t, 12> bytes{};
  [[nodiscard]] std::uint8_t unit() const { return bytes[6]; }
  [[nodiscard]] int address() const { return bytes[8] << 8 | bytes[9]; }
  [[nodiscard]] int count() const { return bytes[10] << 8 | bytes[11]; }
  /// Register n of it holds the address asked + n.
  [[nodiscard]] std::vector<std::uint8_t> good() const;
  [[nodiscard]] std::vector<std::uint8_t> exception(std::uint8_t code) const;
  /// As many registers as there are words.
  [[nodiscard]] std::vector<std::uint8_t> told(const std::vector<std::uint16_t>& words) const;
};

/// One connection of a ScriptedPeer.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Tcp::socket socket, int number) : number{number}, socket_{std::move(socket)} {}
  void send(const std::vector<std::uint8_t>& bytes);
  void send_later(std::vector<std::uint8_t> bytes, std::chrono::milliseconds after);
  /// Byte by byte.
  void drip(std::vector<std::uint8_t> bytes, std::chrono::milliseconds gap);
  void close();
  /// With a reset instead of an end.
  void reset();

  const int number;  // of the peer's connections, from 1 on
  int asked = 0;     // requests on it, this one too

 private:
  friend class ScriptedPeer;
  Tcp::socket socket_;
};

/// Does with each request what the script says. Requests are read as they come, answered or not.
class ScriptedPeer {
 public:
  using Script = std::function<void(const Query&, Session&)>;
  ScriptedPeer(boost::asio::io_context& io, Script script);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  [[nodiscard]] Tcp::endpoint endpoint() const { return endpoint_; }
  [[nodiscard]] int connections() const { return state_->connections; }
  /// Nobody listens there any more; connections go on.
  void stop_listening() { state_->acceptor.close(); }
  void listen_again();
  void close_all();

 private:
  struct State {
    Tcp::acceptor acceptor;
    Script script;
    int connections = 0;
    std::vector<std::weak_ptr<Session>> sessions{};
  };
  static void accept_next(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
  Tcp::endpoint endpoint_;
};

/// libmodbus' server with `registers` holding registers from 0 on, one connection at a time. Counts what it is asked.
class StockServer {
 public:
  explicit StockServer(std::vector<std::uint16_t> registers);
  ~StockServer();
  StockServer(const StockServer&) = delete;
  StockServer& operator=(const StockServer&) = delete;

  [[nodiscard]] Tcp::endpoint endpoint() const;
  [[nodiscard]] int reads() const { return reads_; }
  [[nodiscard]] int writes() const { return writes_; }

 private:
  void serve();
  void converse(int connection);

  std::vector<std::uint16_t> registers_;
  int listener_, stop_;
  std::atomic<int> reads_{0}, writes_{0};
  std::thread thread_;
};

using holdup::test::run;

}  // namespace holdup::modbus::test
