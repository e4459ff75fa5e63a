#include "alert_listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include "ground/clock/clock.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

const std::string thanks = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Bytes of a stream, and when the kernel had the last of them.
struct Received {
  std::size_t size;
  ground::Instant at;
};

std::optional<Received> receive(int socket, asio::mutable_buffer into) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control{};
  iovec bytes{.iov_base = into.data(), .iov_len = into.size()};
  msghdr header{};
  header.msg_iov = &bytes, header.msg_iovlen = 1;
  header.msg_control = control.data(), header.msg_controllen = control.size();
  const auto got = ::recvmsg(socket, &header, 0);
  const auto* stamp = CMSG_FIRSTHDR(&header);
  if (got <= 0 || stamp == nullptr || stamp->cmsg_type != SCM_TIMESTAMPNS) return std::nullopt;
  timespec at{};
  std::memcpy(&at, CMSG_DATA(stamp), sizeof at);
  return Received{static_cast<std::size_t>(got),
                  ground::clock::of_kernel_stamp(std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec})};
}

}  // namespace

class AlertListener::Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(AlertListener& owner, Tcp::socket socket) : owner_{owner}, socket_{std::move(socket)} {
    boost::system::error_code ignored;
    socket_.set_option(Tcp::no_delay{true}, ignored);
    const int yes = 1;
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
  }

  void read() {
    socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->take();
    });
  }

 private:
  void take() {
    const auto received = receive(socket_.native_handle(), buffer_.prepare(65536));
    if (!received) return;
    buffer_.commit(received->size);
    boost::system::error_code error;
    while (buffer_.size() > 0 && !parser_->is_done() && error != http::error::need_more) {
      error = {};
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error && error != http::error::need_more) return;
    }
    parser_->is_done() ? taken(received->at) : read();
  }

  void taken(ground::Instant at) {
    auto message = parser_->release();
    parser_.emplace();
    owner_.arrived({.path = std::string{message.target()}, .body = std::move(message.body()), .at = at});
    asio::async_write(socket_, asio::buffer(thanks), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  AlertListener& owner_;
  Tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_{std::in_place};
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
