#include "drivers/modbus/connection.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <limits>
#include <tuple>
#include <utility>

#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::modbus {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Result;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

/// Requests leave at once; and what is asked of the socket outside a coroutine never blocks.
error_code become_prompt(asio::ip::tcp::socket& socket) {
  error_code error;
  socket.set_option(asio::ip::tcp::no_delay{true}, error);
  if (!error) socket.non_blocking(true, error);
  return error;
}

FailureKind kind_of(const error_code& error) {
  const bool ours = error == asio::error::no_descriptors || error == asio::error::no_memory || error == asio::error::no_buffer_space;
  return ours ? FailureKind::machine : FailureKind::refused;
}

}  // namespace

/// A place in the queue for the connection; leaving it lets the next one go.
class Connection::Turn {
 public:
  explicit Turn(Connection& connection) : connection_{connection}, timer_{connection.executor_} { connection_.turns_.push_back(this); }
  ~Turn() {
    std::erase(connection_.turns_, this);
    if (!connection_.turns_.empty()) connection_.turns_.front()->timer_.cancel();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Whether the turn came before the deadline.
  asio::awaitable<bool> came(Instant deadline) {
    if (!mine()) {
      timer_.expires_after(deadline - ground::clock::now());
      co_await timer_.async_wait(no_throw);
    }
    co_return mine() && !dismissed_;
  }
  void dismiss() {
    dismissed_ = true;
    timer_.cancel();
  }
  [[nodiscard]] bool dismissed() const { return dismissed_; }

 private:
  [[nodiscard]] bool mine() const { return connection_.turns_.front() == this; }

  Connection& connection_;
  asio::steady_timer timer_;
  bool dismissed_ = false;
};

/// Cancels whatever the socket waits for at the deadline, while it lives.
class Connection::Cutoff {
 public:
  Cutoff(Connection& connection, Instant deadline) : connection_{connection} {
    connection_.cut_ = Cut::no;
    connection_.cutoff_.expires_after(deadline - ground::clock::now());
    connection_.cutoff_.async_wait([weak = connection_.weak_from_this(), mine = ++connection_.requests_of_cutoff_](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->requests_of_cutoff_ != mine) return;
      self->cut_ = Cut::deadline;
      self->socket_.cancel(error);
    });
  }
  ~Cutoff() {
    ++connection_.requests_of_cutoff_;  // an expiry that is already queued finds itself outdated
    connection_.cutoff_.cancel();
  }
  Cutoff(const Cutoff&) = delete;
  Cutoff& operator=(const Cutoff&) = delete;

 private:
  Connection& connection_;
};

Connection::Connection(asio::any_io_executor executor, Endpoint peer, Options options)
    : executor_{std::move(executor)}, peer_{std::move(peer)}, options_{options}, socket_{executor_}, cutoff_{executor_} {}

asio::awaitable<Result<Exchange>> Connection::ask(Question question, Instant deadline) {
  const auto self = shared_from_this();  // the request keeps its connection alive
  Turn turn{*this};
  const bool came = co_await turn.came(deadline);
  if (turn.dismissed()) co_return Failure{FailureKind::cancelled, name() + ": closing"};
  if (!came) co_return Failure{FailureKind::timeout, name() + ": busy with other units until the deadline"};
  const Cutoff cutoff{*this, deadline};
  const Result<void> ready = co_await be_connected();
  if (!ready) co_return ready.error();
  co_return co_await exchange(question);
}

void Connection::close() {
  cut_ = Cut::closing;
  drop();
  for (Turn* turn : turns_) turn->dismiss();
}

asio::awaitable<Result<void>> Connection::be_connected() {
  if (socket_.is_open()) read_what_came_unasked();
  if (socket_.is_open()) co_return Result<void>{};
  co_return co_await connect();
}

asio::awaitable<Result<void>> Connection::connect() {
  if (ground::clock::now() < not_before_) co_return Failure{FailureKind::refused, name() + ": not connected, the last attempt just failed"};
  const auto done = co_await socket_.async_connect(peer_, no_throw);
  error_code error = std::get<0>(done);
  if (!error && cut_ == Cut::no) {
    error = become_prompt(socket_);
    ++counters_.connects;
    filled_ = 0;
    sent_before_ = 0;
    mute_ = 0;
    if (!error) co_return Result<void>{};
  }
  ++counters_.connect_failures;
  not_before_ = ground::clock::now() + options_.reconnect_pause;
  drop();
  if (cut_ != Cut::no) co_return interrupted();
  co_return Failure{kind_of(error), name() + ": " + error.message()};
}

asio::awaitable<Result<Exchange>> Connection::exchange(Question question) {
  const Expected expected{.request = {.transaction = ++transaction_,
                                      .unit = question.unit,
                                      .function = question.function,
                                      .address = question.address,
                                      .count = question.count},
                          .earlier = sent_before_};
  if (sent_before_ < std::numeric_limits<std::uint16_t>::max() / 2) ++sent_before_;  // half: an old one must differ from one to come
  const Frame frame = encode(expected.request);
  Exchange exchange{.answer = {}, .sent = ground::clock::now()};
  const error_code error = co_await transmit(frame);
  if (error) co_return cut_ != Cut::no ? interrupted() : lost(error);
  Result<Answer> answer = co_await receive(expected);
  if (!answer) co_return answer.error();
  exchange.received = ground::clock::now();
  exchange.answer = std::move(*answer);
  co_return exchange;
}

/// The only place of this driver that sends: what does not read ends the program instead.
asio::awaitable<error_code> Connection::transmit(const Frame& frame) {
  HOLDUP_EXPECT(may_leave(frame));
  ++counters_.requests;
  const auto done = co_await asio::async_write(socket_, asio::buffer(frame.data(), frame.size()), no_throw);
  co_return std::get<0>(done);
}

asio::awaitable<Result<Answer>> Connection::receive(const Expected& expected) {
  for (;;) {
    Judged judged = judge({buffer_.data(), filled_}, expected);
    if (judged.look == Look::broken) co_return disagreed(judged.fault);
    if (judged.look == Look::answer) {
      consume(judged.bytes);
      ++(judged.answer.exception ? counters_.exceptions : counters_.answers);
      co_return std::move(judged.answer);
    }
    if (judged.look == Look::late) {
      consume(judged.bytes);
      ++counters_.late;
      continue;
    }
    if (cut_ != Cut::no) co_return interrupted();
    const auto done = co_await socket_.async_read_some(asio::buffer(buffer_) + filled_, no_throw);
    filled_ += std::get<1>(done);
    if (std::get<1>(done)) mute_ = 0;
    if (std::get<0>(done) && cut_ == Cut::no) co_return lost(std::get<0>(done));
  }
}

/// Before a request leaves: takes in what lies in the socket, so that nothing sent ahead of the request passes for its answer, and so
/// that a connection which the peer closed while idle is noticed now.
void Connection::read_what_came_unasked() {
  const Expected last{.request = {.transaction = transaction_}, .earlier = sent_before_};
  for (;;) {
    const Judged judged = judge_unasked({buffer_.data(), filled_}, last);
    if (judged.look == Look::broken) return (void)disagreed(judged.fault);
    if (judged.look == Look::late) {
      consume(judged.bytes);
      ++counters_.late;
      continue;
    }
    error_code error;
    filled_ += socket_.read_some(asio::buffer(buffer_) + filled_, error);
    if (error == asio::error::would_block) return;
    if (error) return (void)lost(error);
  }
}

void Connection::consume(std::size_t bytes) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(bytes), buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= bytes;
}

void Connection::drop() {
  error_code ignored;
  socket_.close(ignored);
  filled_ = 0;
}

/// The deadline came, or close(). A peer in the middle of an answer is dripping; one that is mute again and again is gone, and TCP
/// would take minutes to say so. A peer that is merely late keeps its connection: its answer will be told by its transaction.
Failure Connection::interrupted() {
  if (cut_ == Cut::closing) return {FailureKind::cancelled, name() + ": closing"};
  ++counters_.timeouts;
  if (socket_.is_open() && (filled_ > 0 || ++mute_ >= options_.mute_limit)) {
    ++counters_.cut;
    drop();
  }
  return {FailureKind::timeout, name() + ": no answer before the deadline"};
}

Failure Connection::lost(const error_code& error) {
  ++counters_.lost;
  drop();
  return {FailureKind::refused, name() + ": " + (error == asio::error::eof ? "closed by the device" : error.message())};
}

Failure Connection::disagreed(Fault fault) {
  const auto index = static_cast<std::size_t>(fault);
  ++counters_.faults[index];
  drop();
  return {FailureKind::malformed, name() + ": the answer's " + std::string{fault_names[index]} + " is wrong"};
}

std::string Connection::name() const { return peer_.address().to_string() + ":" + std::to_string(peer_.port()); }

}  // namespace holdup::modbus
