#include "collector/cli/daemon_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace holdup::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;

constexpr std::chrono::seconds request_limit{35};  // a query may take 30 s
constexpr std::chrono::seconds quiet_limit{40};    // the stream's heartbeat comes every 15 s
constexpr std::size_t message_max_bytes = 4 * 1024 * 1024;

Failure failure_of(const error_code& error, const std::string& who) {
  const bool late = error == beast::error::timeout;
  return {late ? FailureKind::timeout : FailureKind::refused, who + ": " + (late ? "no answer in time" : error.message())};
}

/// One connection; each step waits for its end or the deadline.
class Line {
 public:
  explicit Line(const deliver::Target& target) : target_{target} {}

  error_code connect() {
    error_code error;
    tcp::resolver resolver{io_};
    const auto addresses = resolver.resolve(target_.host, target_.port, error);
    if (error) return error;
    stream_.expires_after(std::chrono::seconds{5});
    stream_.async_connect(addresses, [&](const error_code& result, const tcp::endpoint&) { error = result; });
    return finished(error);
  }
  error_code send(const http::request<http::empty_body>& request) {
    error_code error;
    stream_.expires_after(request_limit);
    http::async_write(stream_, request, [&](const error_code& result, std::size_t) { error = result; });
    return finished(error);
  }
  template <class Parser>
  error_code read(Parser& parser) {
    error_code error;
    http::async_read(stream_, buffer_, parser, [&](const error_code& result, std::size_t) { error = result; });
    return finished(error);
  }
  template <class Parser>
  error_code read_header(Parser& parser) {
    error_code error;
    http::async_read_header(stream_, buffer_, parser, [&](const error_code& result, std::size_t) { error = result; });
    return finished(error);
  }
  /// From any thread: ends what is waited for.
  void cancel() {
    asio::post(io_, [this] { stream_.cancel(); });
  }
  /// What has come since, at least a byte.
  error_code read_some(std::string& out) {
    error_code error;
    std::size_t size = 0;
    char piece[16384];
    out.append(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    if (const auto had = buffer_.size(); had > 0) return buffer_.consume(had), error_code{};
    stream_.expires_after(quiet_limit);
    stream_.async_read_some(asio::buffer(piece), [&](const error_code& result, std::size_t read) { error = result, size = read; });
    error = finished(error);
    out.append(piece, size);
    return error;
  }

 private:
  error_code finished(const error_code& error) {
    io_.restart();
    io_.run();
    return error;
  }

  const deliver::Target& target_;
  asio::io_context io_;
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_;
};

http::request<http::empty_body> request_of(const deliver::Target& target, const std::string& path) {
  http::request<http::empty_body> request{http::verb::get, path, 11};
  request.set(http::field::host, target.authority);
  request.set(http::field::user_agent, "holdup");
  request.keep_alive(false);
  return request;
}

/// Takes whole messages (they end with an empty line) from the front of `text`.
void take_messages(std::string& text, const std::function<void(const DaemonClient::Message&)>& hear) {
  for (auto end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
    DaemonClient::Message message;
    std::string_view rest{text.data(), end};
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (line.starts_with("id: ")) message.id = line.substr(4);
      if (line.starts_with("data: ")) message.data += line.substr(6);
    }
    text.erase(0, end + 2);
    hear(message);
  }
}

}  // namespace

ground::Result<DaemonClient> DaemonClient::at(std::string_view url) {
  auto target = deliver::parse_target(deliver::Receiver::webhook, url);
  if (!target) return target.error();
  while (target->path.ends_with('/')) target->path.pop_back();
  return DaemonClient{std::move(*target)};
}

std::string DaemonClient::path(const std::string& target) const { return target_.path + target; }

ground::Result<Reply> DaemonClient::get(const std::string& target) const {
  Line line{target_};
  if (const auto error = line.connect()) return failure_of(error, target_.authority);
  if (const auto error = line.send(request_of(target_, path(target)))) return failure_of(error, target_.authority);
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{64} * 1024 * 1024);
  if (const auto error = line.read(parser)) return failure_of(error, target_.authority);
  return Reply{parser.get().result_int(), std::move(parser.get().body())};
}

ground::Failure DaemonClient::follow(const std::string& after, const std::function<void(const Message&)>& hear,
                                     const std::stop_token& stop) const {
  Line line{target_};
  const std::stop_callback on_stop{stop, [&] { line.cancel(); }};
  if (const auto error = line.connect()) return failure_of(error, target_.authority);
  auto request = request_of(target_, path("/api/holdup/v1/stream"));
  if (!after.empty()) request.set("Last-Event-ID", after);
  if (const auto error = line.send(request)) return failure_of(error, target_.authority);
  http::response_parser<http::buffer_body> parser;
  if (const auto error = line.read_header(parser)) return failure_of(error, target_.authority);
  if (parser.get().result() != http::status::ok)
    return {FailureKind::refused, target_.authority + ": answers " + std::to_string(parser.get().result_int())};
  std::string text;
  for (;;) {
    if (stop.stop_requested()) return {FailureKind::refused, target_.authority + ": no more asked"};
    if (const auto error = line.read_some(text)) return failure_of(error, target_.authority);
    take_messages(text, hear);
    if (text.size() > message_max_bytes) return {FailureKind::malformed, target_.authority + ": sends no event stream"};
  }
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

}  // namespace holdup::cli
