#include "receiver.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <thread>
#include <utility>

namespace holdup::forward::test {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

namespace {

void ends(const std::exception_ptr&) {}  // a connection that ends, ends its server

std::string text_of(const Reply& reply) {
  return "HTTP/1.1 " + std::to_string(reply.status) + " X\r\n" + reply.headers + (reply.close ? "Connection: close\r\n" : "") +
         "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

Heard heard_of(const http::request<http::string_body>& request) {
  Heard heard{.headers = {}, .target = std::string{request.target()}, .series = decode(request.body())};
  for (const auto& field : request) {
    std::string name{field.name_string()};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    heard.headers[name] = std::string{field.value()};
  }
  return heard;
}

}  // namespace

class Receiver::Running {
 public:
  Running(Judge judge, Certificate certificate, unsigned short port)
      : judge_{std::move(judge)}, acceptor_{loop_, Tcp::endpoint{asio::ip::address_v4::loopback(), port}} {
    secured_ = !certificate.chain_file.empty();
    if (secured_) {
      context_.use_certificate_chain_file(certificate.chain_file);
      context_.use_private_key_file(certificate.key_file, asio::ssl::context::pem);
    }
    if (!certificate.ca_file.empty()) {
      context_.load_verify_file(certificate.ca_file);
      context_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    asio::co_spawn(loop_, accept(), ends);
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~Running() {
    loop_.stop();
    thread_.join();
  }

  Tcp::acceptor& acceptor() { return acceptor_; }
  std::mutex mutex;
  std::vector<Heard> heard;
  Held held;
  std::atomic<int> connections = 0;

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      Tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      ++connections;
      if (secured_)
        asio::co_spawn(loop_, greet(std::move(socket)), ends);
      else
        asio::co_spawn(loop_, converse(std::move(socket)), ends);
    }
  }

  asio::awaitable<void> greet(Tcp::socket socket) {
    asio::ssl::stream<Tcp::socket> stream{std::move(socket), context_};
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    co_await converse(std::move(stream));
  }

  template <class Stream>
  asio::awaitable<void> converse(Stream stream) {
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(64U << 20U);
      co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
      const Reply reply = judged(heard_of(parser.get()));
      co_await react(stream, reply);
      if (reply.close || reply.manner != Reply::Manner::answer) co_return;
    }
  }

  Reply judged(Heard one) {
    const std::lock_guard lock{mutex};
    const Reply reply = judge_(one, static_cast<int>(heard.size()));
    if (reply.manner != Reply::Manner::answer || reply.status >= 300) return heard.push_back(std::move(one)), reply;
    for (const auto& series : one.series) {
      auto& all = held[text(series.labels)];
      all.insert(all.end(), series.samples.begin(), series.samples.end());
    }
    heard.push_back(std::move(one));
    return reply;
  }

  template <class Stream>
  asio::awaitable<void> react(Stream& stream, const Reply& reply) {
    using Manner = Reply::Manner;
    const auto send = [&stream](const std::string& all) { return asio::async_write(stream, asio::buffer(all), asio::use_awaitable); };
    const std::string piece(4096, 'x');
    const std::string half = "HTTP/1.1 204 No Con", garbage = "\x01\x02 this is no HTTP\r\n\r\n",
                      interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
    const std::string open = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nContent-Length: 999999999\r\n\r\n", all = text_of(reply);
    char byte = 0;
    switch (reply.manner) {
      case Manner::answer:
        co_await send(all);
        break;
      case Manner::reset:
        break;
      case Manner::half_header:
        co_await send(half);
        break;
      case Manner::garbage:
        co_await send(garbage);
        break;
      case Manner::interim:
        co_await send(interim);
        break;
      case Manner::endless_body:
        co_await send(open);
        for (;;) co_await send(piece);
      case Manner::silent_body:
        co_await send(open);
        [[fallthrough]];
      case Manner::mute:
        co_await stream.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
        break;
    }
  }

  Judge judge_;
  bool secured_ = false;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::io_context loop_{1};
  Tcp::acceptor acceptor_;
  std::thread thread_;
};

Receiver::Receiver(Judge judge, Certificate certificate, unsigned short port)
    : running_{std::make_unique<Running>(std::move(judge), std::move(certificate), port)} {}
Receiver::~Receiver() = default;

unsigned short Receiver::port() const { return running_->acceptor().local_endpoint().port(); }
int Receiver::connections() const { return running_->connections; }

std::vector<Heard> Receiver::heard() const {
  const std::lock_guard lock{running_->mutex};
  return running_->heard;
}

Held Receiver::held() const {
  const std::lock_guard lock{running_->mutex};
  return running_->held;
}

}  // namespace holdup::forward::test
