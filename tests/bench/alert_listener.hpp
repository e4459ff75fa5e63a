#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "ground/instant.hpp"

// The receiver of a bench: an HTTP server on a thread of its own that answers every POST with 200 and stamps when it was all there.
namespace holdup::bench {

struct Arrival {
  std::string path, body;
  ground::Instant at;
};

class AlertListener {
 public:
  AlertListener();
  ~AlertListener();
  AlertListener(const AlertListener&) = delete;
  AlertListener& operator=(const AlertListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  /// The next arrival in order; nothing when none came until then.
  [[nodiscard]] std::optional<Arrival> next(ground::Instant until);

 private:
  class Conversation;
  void accept();
  void arrived(Arrival arrival);

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Arrival> arrivals_;
  std::thread thread_;
};

}  // namespace holdup::bench
