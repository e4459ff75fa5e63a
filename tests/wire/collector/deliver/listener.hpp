#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

// Receivers of alerts for the wire tests: a real HTTP server (Beast) in the test's own loop, and ill-behaved ones.
namespace holdup::deliver::test {

enum class Manner {
  good,         // 200, keeps the connection
  last_answer,  // 200, "Connection: close"
  error_500,
  error_400,       // with a reason in the body
  closes_second,   // answers the first request of a connection, closes on the second without a byte
  closes_at_once,  // takes the request and closes
  hangs_up,        // closes after accepting
  mute,
  garbage,
  endless_body,
  endless_header,
  drips,  // a byte of the answer every 50 ms
};

struct Request {
  std::string target, host, content_type, body;
};

class Listener {
 public:
  Listener(boost::asio::io_context& io, Manner manner, unsigned short port = 0);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string url(const std::string& path = "/hook") const { return "http://127.0.0.1:" + std::to_string(port()) + path; }
  [[nodiscard]] const std::vector<Request>& requests() const { return heard_->requests; }
  [[nodiscard]] int connections() const { return heard_->connections; }

  struct Heard {
    std::vector<Request> requests;
    int connections = 0;
  };

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
};

}  // namespace holdup::deliver::test
