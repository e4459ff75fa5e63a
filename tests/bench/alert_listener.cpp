#include "alert_listener.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <utility>

#include "ground/clock/clock.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

const std::string thanks = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

}  // namespace

class AlertListener::Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(AlertListener& owner, Tcp::socket socket) : owner_{owner}, socket_{std::move(socket)} {
    boost::system::error_code ignored;
    socket_.set_option(Tcp::no_delay{true}, ignored);
  }

  void read() {
    message_ = {};
    http::async_read(socket_, buffer_, message_, [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!error) self->received(ground::clock::now());
    });
  }

 private:
  void received(ground::Instant at) {
    owner_.arrived({.path = std::string{message_.target()}, .body = std::move(message_.body()), .at = at});
    asio::async_write(socket_, asio::buffer(thanks), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  AlertListener& owner_;
  Tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> message_;
};

AlertListener::AlertListener() : acceptor_{io_, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

AlertListener::~AlertListener() {
  io_.stop();
  thread_.join();
}

std::optional<Arrival> AlertListener::next(ground::Instant until) {
  const auto patience = std::max<ground::Duration>(until - ground::clock::now(), ground::Duration{});
  std::unique_lock lock{mutex_};
  if (!came_.wait_for(lock, patience, [this] { return !arrivals_.empty(); })) return std::nullopt;
  auto first = std::move(arrivals_.front());
  arrivals_.pop_front();
  return first;
}

void AlertListener::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
    if (error) return;
    std::make_shared<Conversation>(*this, std::move(socket))->read();
    accept();
  });
}

void AlertListener::arrived(Arrival arrival) {
  {
    const std::lock_guard lock{mutex_};
    arrivals_.push_back(std::move(arrival));
  }
  came_.notify_one();
}

}  // namespace holdup::bench
