#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
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
