#include "listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace holdup::deliver::test {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Message = http::request<http::string_body>;
using Answer = http::response<http::string_body>;

namespace {

asio::awaitable<void> send(Tcp::socket& socket, const std::string& text) {
  const auto all = asio::buffer(text);
  co_await asio::async_write(socket, all, asio::use_awaitable);
}

asio::awaitable<void> drip(Tcp::socket& socket, const std::string& text) {
  for (const char c : text) {
    const std::string one(1, c);
    co_await send(socket, one);
    asio::steady_timer timer{socket.get_executor(), std::chrono::milliseconds{50}};
    co_await timer.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> flood(Tcp::socket& socket, const std::string& beginning, const std::string& piece) {
  co_await send(socket, beginning);
  for (;;) co_await send(socket, piece);
}

Answer answer_of(Manner manner) {
  Answer answer{http::status::ok, 11};
  if (manner == Manner::error_500) answer.result(500);
  if (manner == Manner::error_400) answer.result(400), answer.body() = "start time must be before end time\x1b[2J";
  answer.keep_alive(manner != Manner::last_answer);
  answer.prepare_payload();
  return answer;
}

/// Whether the connection goes on.
asio::awaitable<bool> react(Tcp::socket& socket, Manner manner, int nth) {
  const std::string piece(4096, 'x');
  switch (manner) {
    case Manner::closes_at_once:
      co_return false;
    case Manner::mute:
      co_return true;
    case Manner::garbage:
      co_await send(socket, "\x01\x02 this is no HTTP\r\n\r\n");
      co_return true;
    case Manner::endless_body:
      co_await flood(socket, "HTTP/1.1 200 OK\r\n\r\n", piece);
      co_return false;
    case Manner::endless_header:
      co_await flood(socket, "HTTP/1.1 200 OK\r\n", "X-Pad: " + piece + "\r\n");
      co_return false;
    case Manner::drips:
      co_await drip(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      co_return true;
    default:
      break;
  }
  if (manner == Manner::closes_second && nth > 1) co_return false;
  Answer answer = answer_of(manner);
  co_await http::async_write(socket, answer, asio::use_awaitable);
  co_return answer.keep_alive();
}

asio::awaitable<void> serve(Tcp::socket socket, Manner manner, std::shared_ptr<Listener::Heard> heard) {
  boost::beast::flat_buffer buffer;
  for (int nth = 1;; ++nth) {
    Message message;
    co_await http::async_read(socket, buffer, message, asio::use_awaitable);
    heard->requests.push_back({.target = std::string{message.target()},
                               .host = std::string{message[http::field::host]},
                               .content_type = std::string{message[http::field::content_type]},
                               .body = message.body()});
    const bool more = co_await react(socket, manner, nth);
    if (!more) co_return;
  }
}

void ends(std::exception_ptr) {}  // a connection that ends, ends its server

void accept_next(Tcp::acceptor& acceptor, Manner manner, const std::shared_ptr<Listener::Heard>& heard) {
  acceptor.async_accept([&acceptor, manner, heard](boost::system::error_code error, Tcp::socket socket) {
    if (error) return;
    ++heard->connections;
    if (manner != Manner::hangs_up) asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), manner, heard), ends);
    accept_next(acceptor, manner, heard);
  });
}

}  // namespace

Listener::Listener(asio::io_context& io, Manner manner, unsigned short port)
    : acceptor_{io, Tcp::endpoint{asio::ip::address_v4::loopback(), port}} {
  accept_next(acceptor_, manner, heard_);
}

Listener::~Listener() { acceptor_.close(); }

}  // namespace holdup::deliver::test
