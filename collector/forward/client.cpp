#include "collector/forward/client.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstring>
#include <ctime>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include "collector/forward/lookup.hpp"
#include "ground/clock/clock.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::forward {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using Tcp = asio::ip::tcp;
using Secured = ssl::stream<beast::tcp_stream>;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr ground::Duration least_share = std::chrono::seconds{1};  // of a target's timeout, for one of its addresses
constexpr std::size_t most_header_bytes = 16 * 1024;
constexpr std::size_t read_bytes = 4096, shown_bytes = 200;  // of an answer's body

/// The first error where a text of the target is none that OpenSSL takes.
Result<void> set_up(ssl::context& context, const Target& target) {
  error_code error;
  const auto failed = [&](const char* what) { return Failure{FailureKind::malformed, std::string{what} + ": " + error.message()}; };
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  context.set_verify_mode(ssl::verify_peer, error);
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; },
                                error);  // or it asks the terminal
  if (target.ca_pem.empty())
    context.set_default_verify_paths(error);
  else
    context.add_certificate_authority(asio::buffer(target.ca_pem), error);
  if (error) return failed("ca_file");
  if (target.cert_pem.empty()) return {};
  context.use_certificate_chain(asio::buffer(target.cert_pem), error);
  if (error) return failed("cert_file");
  context.use_private_key(asio::buffer(target.key_pem), ssl::context::pem, error);
  if (error) return failed("key_file");
  return {};
}

/// Seconds or a date, of which a day is heard.
std::optional<ground::Duration> retry_after(std::string_view text) {
  constexpr std::int64_t most = 86'400;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) return std::chrono::seconds{std::min(ground::parse_integer(text).value_or(most), most)};
  std::tm date{};
  if (strptime(std::string{text}.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  const auto now = ground::utc(ground::clock::now(), ground::clock::utc_offset());
  const auto wait = timegm(&date) - std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return wait > 0 ? std::optional<ground::Duration>{std::chrono::seconds{std::min(wait, most)}} : std::nullopt;
}

/// The beginning of an answer's text, as one line.
std::string shown(std::string_view text) {
  text = text.substr(0, shown_bytes);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return ground::printable(text);
}

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

Result<void> check_pem(const Target& target) {
  ssl::context context{ssl::context::tls_client};
  return set_up(context, target);
}

class Client::Line : public std::enable_shared_from_this<Line> {
 public:
  Line(asio::any_io_executor executor, const Target& target) : executor_{std::move(executor)}, target_{target}, waiting_{executor_} {
    if (target_.tls) usable_ = set_up(context_, target_);
  }

  [[nodiscard]] asio::any_io_executor executor() const { return executor_; }

  asio::awaitable<Result<Answer>> post(std::string body) {
    const auto self = shared_from_this();
    if (!usable_) co_return usable_.error();
    for (;;) {
      const bool kept = open_;
      if (!kept) {
        const Result<void> connected = co_await connect();
        if (!connected) co_return connected.error();
      }
      heard_ = false;
      Result<Answer> answer = Failure{FailureKind::cancelled, {}};
      if (target_.tls)
        answer = co_await exchange(*secured_, body);
      else
        answer = co_await exchange(*plain_, body);
      if (answer || heard_ || !kept || stopped_) co_return answer;  // a kept connection that was closed meanwhile says nothing
    }
  }

  void stop() {
    stopped_ = true;
    lookup_.abandon();
    waiting_.cancel();
    close();
  }

 private:
  beast::tcp_stream& lowest() { return target_.tls ? secured_->next_layer() : *plain_; }

  asio::awaitable<Result<void>> connect() {
    const Result<void> found = co_await resolve();
    if (!found) co_return found.error();
    const Result<void> reached = co_await reach();
    if (!reached) co_return reached.error();
    error_code ignored;
    lowest().socket().set_option(Tcp::no_delay{true}, ignored);
    if (target_.tls) {
      lowest().expires_after(target_.timeout);
      if (!is_address(target_.host)) SSL_set_tlsext_host_name(secured_->native_handle(), target_.host.c_str());
      secured_->set_verify_callback(ssl::host_name_verification{target_.host}, ignored);
      const auto shaken = co_await secured_->async_handshake(ssl::stream_base::client, no_throw);
      if (std::get<0>(shaken)) co_return trouble(std::get<0>(shaken));
    }
    open_ = true;
    co_return Result<void>{};
  }

  /// One address after the other, each for its share of the time: one that swallows packets must not hide the next.
  asio::awaitable<Result<void>> reach() {
    const auto share = std::max(target_.timeout / static_cast<std::int64_t>(endpoints_.size()), least_share);
    error_code error;
    for (const auto& endpoint : endpoints_) {
      if (target_.tls)
        secured_.emplace(executor_, context_);
      else
        plain_.emplace(executor_);
      lowest().expires_after(std::min(share, target_.timeout));
      const auto connected = co_await lowest().async_connect(endpoint, no_throw);
      error = std::get<0>(connected);
      if (!error) co_return Result<void>{};
      if (stopped_) break;
    }
    co_return trouble(error);
  }

  /// What takes longer than the deadline goes on: the next attempt waits for the same answer.
  asio::awaitable<Result<void>> resolve() {
    if (stopped_) co_return trouble({});
    endpoints_.clear();
    resolve_error_ = asio::error::timed_out;
    if (!std::exchange(resolving_, true))
      lookup_.begin(target_.host, target_.port, [executor = executor_, weak = weak_from_this()](Lookup::Found found) {
        asio::post(executor, [weak, found = std::move(found)] {
          if (const auto self = weak.lock()) self->resolved(found);
        });
      });
    waiting_.expires_after(target_.timeout);
    co_await waiting_.async_wait(no_throw);
    if (endpoints_.empty()) co_return trouble(resolve_error_);
    co_return Result<void>{};
  }

  void resolved(const Lookup::Found& found) {
    resolving_ = false;
    resolve_error_ = found.error == EAI_AGAIN ? asio::error::host_not_found_try_again : asio::error::host_not_found;
    for (const auto& address : found.addresses) {
      auto& endpoint = endpoints_.emplace_back();
      endpoint.resize(address.size);
      std::memcpy(endpoint.data(), &address.bytes, address.size);
    }
    waiting_.cancel();
  }

  template <class Stream>
  asio::awaitable<Result<Answer>> exchange(Stream& stream, const std::string& body) {
    http::request<http::string_body> request{http::verb::post, target_.path, 11, body};
    request.set(http::field::host, target_.authority);
    request.set(http::field::user_agent, "holdup/" HOLDUP_VERSION);
    request.set(http::field::content_encoding, "snappy");
    request.set(http::field::content_type, "application/x-protobuf");
    request.set("X-Prometheus-Remote-Write-Version", "0.1.0");
    if (!target_.authorization.empty()) request.set(http::field::authorization, target_.authorization);
    request.prepare_payload();
    lowest().expires_after(target_.timeout);
    const auto written = co_await http::async_write(stream, request, no_throw);
    if (std::get<0>(written)) co_return trouble(std::get<0>(written));
    co_return co_await listen(stream);
  }

  template <class Stream>
  asio::awaitable<Result<Answer>> listen(Stream& stream) {
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(most_header_bytes);
    parser.body_limit(boost::none);  // of it only what fits below is read
    const auto headed = co_await http::async_read_header(stream, buffer_, parser, no_throw);
    heard_ = std::get<1>(headed) > 0 || buffer_.size() > 0;
    if (std::get<0>(headed)) co_return trouble(std::get<0>(headed));
    const auto& message = parser.get();
    Answer answer{.status = static_cast<int>(message.result_int())};
    if (const auto after = message.find(http::field::retry_after); after != message.end()) answer.retry_after = retry_after(after->value());
    // The status is the answer: a body without end, or one that never comes, costs the connection only.
    std::array<char, read_bytes> text{};
    parser.get().body() = {.data = text.data(), .size = text.size(), .more = true};
    const auto read = co_await http::async_read(stream, buffer_, parser, no_throw);
    answer.text = shown({text.data(), text.size() - parser.get().body().size});
    if (std::get<0>(read) || !parser.keep_alive() || buffer_.size() > 0) close();
    if (answer.status < 200) {
      close();
      co_return Failure{FailureKind::malformed, name() + "an interim answer, " + std::to_string(answer.status)};
    }
    co_return answer;
  }

  void close() {
    open_ = false;
    buffer_.clear();
    if (plain_) plain_->close();
    if (secured_) secured_->next_layer().close();
  }

  [[nodiscard]] std::string name() const { return target_.authority + ": "; }

  Failure trouble(const error_code& error) {
    close();
    if (stopped_) return {FailureKind::cancelled, name() + "stopping"};
    if (error == beast::error::timeout || error == asio::error::timed_out) return {FailureKind::timeout, name() + "no answer in time"};
    if (error == http::error::end_of_stream || error == asio::error::eof) return {FailureKind::refused, name() + "closed by the receiver"};
    return {FailureKind::refused, name() + ground::printable(error.message())};
  }

  asio::any_io_executor executor_;
  const Target target_;
  Result<void> usable_;
  ssl::context context_{ssl::context::tls_client};
  Lookup lookup_;
  asio::steady_timer waiting_;
  std::vector<Tcp::endpoint> endpoints_;
  error_code resolve_error_;
  std::optional<beast::tcp_stream> plain_;
  std::optional<Secured> secured_;
  beast::flat_buffer buffer_{most_header_bytes + 2 * read_bytes};
  bool resolving_ = false, open_ = false, stopped_ = false;
  bool heard_ = false;  // the receiver began to answer
};

Client::Client(asio::io_context& loop, const Target& target) : line_{std::make_shared<Line>(loop.get_executor(), target)} {}
Client::~Client() { stop(); }

void Client::post(std::string body, std::function<void(Result<Answer>)> done) {
  const auto executor = line_->executor();
  asio::co_spawn(executor, line_->post(std::move(body)), [done = std::move(done)](const std::exception_ptr& error, Result<Answer> answer) {
    if (error) std::rethrow_exception(error);  // a fault of ours: not to be hidden
    done(std::move(answer));
  });
}

void Client::stop() { line_->stop(); }

}  // namespace holdup::forward
