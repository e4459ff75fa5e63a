#include "collector/deliver/sender.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

namespace holdup::deliver {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Result;
using Tcp = asio::ip::tcp;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_header_bytes = 16 * 1024, most_body_bytes = 64 * 1024;
constexpr std::size_t shown_bytes = 200;  // of an answer that is no success

/// Alerts leave at once; a target that lost its power is noticed within half a minute although nothing is sent.
error_code become_prompt(Tcp::socket& socket) {
  error_code error;
  socket.set_option(Tcp::no_delay{true}, error);
  if (!error) socket.set_option(Tcp::socket::keep_alive{true}, error);
  const std::array<std::pair<int, int>, 3> seconds_and_tries{{{TCP_KEEPIDLE, 10}, {TCP_KEEPINTVL, 5}, {TCP_KEEPCNT, 3}}};
  for (const auto& [option, value] : seconds_and_tries) ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  return error;
}

std::string head_of(const Target& target) {
  return "POST " + target.path + " HTTP/1.1\r\nHost: " + target.authority +
         "\r\nUser-Agent: holdup\r\nContent-Type: application/json\r\nContent-Length: ";
}

void ended(std::exception_ptr) {}  // the coroutines of this file end by values

}  // namespace

/// A place in the queue for the connection; leaving it lets the next one go.
class Sender::Place {
 public:
  explicit Place(std::shared_ptr<Sender> sender) : sender_{std::move(sender)} { sender_->places_.push_back(this); }
  ~Place() {
    std::erase(sender_->places_, this);
    if (!sender_->places_.empty()) sender_->places_.front()->wake();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  /// Whether the turn came before the deadline.
  asio::awaitable<bool> came(Instant deadline) {
    if (first()) co_return !dismissed_;
    if (!dismissed_) {
      timer_.emplace(sender_->executor_, deadline - ground::clock::now());
      co_await timer_->async_wait(no_throw);
    }
    co_return first() && !dismissed_ && ground::clock::now() < deadline;
  }
  void dismiss() {
    dismissed_ = true;
    wake();
  }
  [[nodiscard]] bool dismissed() const { return dismissed_; }
  [[nodiscard]] bool first() const { return !sender_->places_.empty() && sender_->places_.front() == this; }

 private:
  void wake() {
    if (timer_) timer_->cancel();
  }

  std::shared_ptr<Sender> sender_;           // a coroutine lets go of what it was given in any order
  std::optional<asio::steady_timer> timer_;  // of one that has to wait
  bool dismissed_ = false;
};

/// Cancels whatever is waited for at the deadline, while it lives.
class Sender::Cutoff {
 public:
  Cutoff(Sender& sender, Instant deadline) : sender_{sender} {
    sender_.cut_ = sender_.stopped_ ? Cut::stopped : Cut::no;
    sender_.cutoff_.expires_after(deadline - ground::clock::now());
    sender_.cutoff_.async_wait([weak = sender_.weak_from_this(), mine = ++sender_.cutoffs_](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->cutoffs_ != mine) return;
      self->cut_ = Cut::deadline;
      self->interrupt();
      error_code ignored;
      self->socket_.close(ignored);  // a cancel is lost on what stands between two operations
    });
  }
  ~Cutoff() {
    ++sender_.cutoffs_;  // an expiry that is already queued finds itself outdated
    sender_.cutoff_.cancel();
  }
  Cutoff(const Cutoff&) = delete;
  Cutoff& operator=(const Cutoff&) = delete;

 private:
  Sender& sender_;
};

/// One try on one connection: whether the target may have seen it shows in `began` (its answer has).
struct Sender::Attempt {
  Result<int> result;
  bool reused = false;  // the connection had been idle before
  bool began = false;
};

Sender::Sender(asio::any_io_executor executor, Target target, Outbox::Options options)
    : executor_{std::move(executor)},
      target_{std::move(target)},
      head_{head_of(target_)},
      options_{options},
      resolver_{executor_},
      socket_{executor_},
      cutoff_{executor_},
      redial_{executor_},
      resolving_{executor_},
      buffer_{most_header_bytes + most_body_bytes},
      redial_pause_{options.redial_pause} {
  HOLDUP_EXPECT(options_.most_waiting >= 1);
  error_code not_numeric;
  const auto address = asio::ip::make_address(target_.host, not_numeric);
  named_ = static_cast<bool>(not_numeric);
  if (!named_) endpoints_.emplace_back(address, static_cast<std::uint16_t>(std::stoul(target_.port)));
}

/// On a connection that is idle it has left when this returns; a coroutine then sees to its answer, or to all of it.
asio::awaitable<Result<int>> Sender::post(const std::string& body, Instant deadline) {
  if (!stopped_) make_way();
  const auto length = std::to_string(body.size()) + "\r\n\r\n";
  const std::size_t left = !stopped_ && places_.empty() && socket_.is_open() ? send_at_once({head_, length, body}) : 0;
  auto place = std::make_unique<Place>(shared_from_this());
  return perform(shared_from_this(), std::move(place), {.text = head_ + length + body, .left = left}, deadline);
}

/// How much the socket took; why it took no more is found by whoever sends the rest.
std::size_t Sender::send_at_once(std::array<std::string_view, 3> text) {
  ++idles_;  // what it has to read from now on is the answer
  std::array<iovec, 3> pieces;
  std::ranges::transform(text, pieces.begin(), [](std::string_view piece) { return iovec{const_cast<char*>(piece.data()), piece.size()}; });
  msghdr message{};
  message.msg_iov = pieces.data(), message.msg_iovlen = pieces.size();
  const auto took = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (took > 0) ++tally_.at_once;
  return took < 0 ? 0 : static_cast<std::size_t>(took);
}

asio::awaitable<Result<int>> Sender::perform(std::shared_ptr<Sender>, std::unique_ptr<Place> place, Parcel parcel, Instant deadline) {
  if (stopped_) co_return note({FailureKind::cancelled, "stopping"});
  const bool came = co_await place->came(deadline);
  if (stopped_) co_return note({FailureKind::cancelled, "stopping"});
  if (place->dismissed()) co_return note({FailureKind::machine, "dropped: too many posts wait"});
  if (!came) co_return note({FailureKind::timeout, "busy with earlier posts until the deadline"});
  ++tally_.posts;
  const Cutoff cutoff{*this, deadline};
  const Result<int> result = co_await deliver(parcel);
  if (result) redial_pause_ = options_.redial_pause;
  if (!socket_.is_open()) redial_later();
  co_return result;
}

/// A post that comes does not wait for a connection that is being opened ahead, nor do more than the queue holds.
void Sender::make_way() {
  if (opening_ahead_) {
    cut_ = Cut::yielded;
    interrupt();
  }
  if (places_.size() <= options_.most_waiting) return;
  Place* oldest = places_[1];
  places_.erase(places_.begin() + 1);
  oldest->dismiss();
  ++tally_.dropped;
}

asio::awaitable<Result<int>> Sender::deliver(const Parcel& parcel) {
  Attempt tried = co_await attempt(parcel);
  const bool stale = tried.reused && !tried.began && tried.result.has_error() && tried.result.error().kind == FailureKind::refused;
  if (!stale || cut_ != Cut::no) co_return std::move(tried.result);
  ++tally_.resent;
  tried = co_await attempt(parcel);
  co_return std::move(tried.result);
}

asio::awaitable<Sender::Attempt> Sender::attempt(const Parcel& parcel) {
  Attempt tried{.result = 0, .reused = socket_.is_open()};
  if (tried.reused) stop_watching();
  const Result<void> ready = co_await be_connected();
  if (!ready) {
    tried.result = ready.error();
    co_return tried;
  }
  const auto rest = asio::buffer(parcel.text) + (tried.reused ? parcel.left : 0);
  const auto done = co_await asio::async_write(socket_, rest, no_throw);
  if (std::get<0>(done))
    tried.result = trouble(std::get<0>(done));
  else
    tried.result = co_await read_answer(tried.began);
  co_return tried;
}

asio::awaitable<Result<int>> Sender::read_answer(bool& began) {
  http::response_parser<http::string_body> parser;
  parser.header_limit(most_header_bytes);
  parser.body_limit(most_body_bytes);
  const auto done = co_await http::async_read(socket_, buffer_, parser, no_throw);
  began = std::get<1>(done) > 0 || buffer_.size() > 0;
  if (std::get<0>(done)) co_return trouble(std::get<0>(done));
  const auto& answer = parser.get();
  const int status = static_cast<int>(answer.result_int());
  keeps_ = parser.keep_alive() && buffer_.size() == 0;
  if (keeps_)
    watch_idle();
  else
    drop();
  if (status < 200) co_return note({FailureKind::malformed, "an interim answer, " + std::to_string(status)});
  ++tally_.answers;
  if (status >= 300) (void)note({FailureKind::refused, std::to_string(status) + " " + answer.body().substr(0, shown_bytes)});
  co_return status;
}

asio::awaitable<Result<void>> Sender::be_connected() {
  if (socket_.is_open()) co_return Result<void>{};
  const Result<void> found = co_await resolve();
  if (!found) co_return found.error();
  co_return co_await dial();
}

/// Asio resolves names on a thread of its own and cannot be stopped there, so the deadline only stops the waiting.
asio::awaitable<Result<void>> Sender::resolve() {
  if (!endpoints_.empty()) co_return Result<void>{};
  if (!resolving_now_) {
    resolving_now_ = true;
    resolver_.async_resolve(target_.host, target_.port,
                            [weak = weak_from_this()](error_code error, const Tcp::resolver::results_type& found) {
                              if (const auto self = weak.lock()) self->resolved(error, found);
                            });
  }
  resolving_.expires_at(asio::steady_timer::time_point::max());
  co_await resolving_.async_wait(no_throw);
  if (endpoints_.empty()) co_return trouble(resolve_error_);
  co_return Result<void>{};
}

void Sender::resolved(const error_code& error, const Tcp::resolver::results_type& found) {
  resolving_now_ = false;
  resolve_error_ = error;
  for (const auto& entry : found) endpoints_.push_back(entry.endpoint());
  resolving_.cancel();
}

/// Each address once, beginning after the one that failed last. A name is asked for anew when none was reached.
asio::awaitable<Result<void>> Sender::dial() {
  error_code error;
  for (std::size_t i = 0; i < endpoints_.size() && cut_ == Cut::no; ++i) {
    const Tcp::endpoint endpoint = endpoints_[next_endpoint_ % endpoints_.size()];
    ++tally_.dials;
    const auto done = co_await socket_.async_connect(endpoint, no_throw);
    error = std::get<0>(done);
    if (!error && cut_ == Cut::no) error = become_prompt(socket_);
    if (!error && cut_ == Cut::no) co_return Result<void>{};
    drop();
    ++next_endpoint_;
  }
  if (named_ && cut_ != Cut::yielded) endpoints_.clear();
  co_return trouble(error);
}

void Sender::open_ahead() {
  if (!stopped_ && !socket_.is_open() && places_.empty()) asio::co_spawn(executor_, dial_ahead(), ended);
}

asio::awaitable<void> Sender::dial_ahead() {
  const auto self = shared_from_this();
  if (stopped_ || socket_.is_open() || !places_.empty()) co_return;
  Place place{self};
  const Cutoff cutoff{*this, ground::clock::now() + options_.dial_limit};
  opening_ahead_ = true;
  const Result<void> ready = co_await be_connected();
  opening_ahead_ = false;
  if (ready)
    watch_idle();
  else
    redial_later();
}

/// What an idle connection has to read is its end, or nonsense.
void Sender::watch_idle() {
  socket_.async_wait(Tcp::socket::wait_read, [weak = weak_from_this(), mine = ++idles_](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->idles_ != mine) return;
    self->drop();
    self->redial_later();
  });
}

void Sender::stop_watching() {
  ++idles_;
  interrupt();
}

/// Ends what the connection waits for; why is in cut_.
void Sender::interrupt() {
  error_code not_open;
  socket_.cancel(not_open);
  resolving_.cancel();
}

/// Not for a target that closes after each answer: an idle connection might keep its only thread busy.
void Sender::redial_later() {
  if (stopped_ || !keeps_) return;
  redial_.expires_after(redial_pause_);
  redial_pause_ = std::min(2 * redial_pause_, options_.longest_redial_pause);
  redial_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->open_ahead();
  });
}

void Sender::stop() {
  stopped_ = true;
  cut_ = Cut::stopped;
  drop();
  resolver_.cancel();
  for (asio::steady_timer* timer : {&resolving_, &redial_, &cutoff_}) timer->cancel();
  for (Place* place : places_) place->dismiss();
}

void Sender::drop() {
  error_code ignored;
  socket_.close(ignored);
  buffer_.clear();
  ++idles_;
}

Failure Sender::trouble(const error_code& error) {
  drop();
  if (cut_ == Cut::stopped) return note({FailureKind::cancelled, "stopping"});
  if (cut_ == Cut::yielded) return {FailureKind::cancelled, "a post came first"};
  if (cut_ == Cut::deadline) return note({FailureKind::timeout, "no answer before the deadline"});
  const bool closed = error == http::error::end_of_stream || error == asio::error::eof;
  if (closed) return note({FailureKind::refused, "closed by the receiver"});
  const bool nonsense = error.category() == http::make_error_code(http::error::bad_version).category();
  return note({nonsense ? FailureKind::malformed : FailureKind::refused, error.message()});
}

Failure Sender::note(Failure failure) {
  failure.what = target_.name() + ": " + ground::printable(failure.what);
  if (failure.kind == FailureKind::timeout) ++tally_.timeouts;
  tally_.last_trouble = failure.what;
  return failure;
}

}  // namespace holdup::deliver
