#include "drivers/modbus/rtu/serial_line.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "drivers/modbus/rtu/line_worker.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::rtu {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using modbus::Exchange;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
// The thread sees the deadline, too, and says more of what happened: so long it may take to hand that over.
constexpr auto handover = std::chrono::milliseconds{20};

}  // namespace

/// Where an answer is waited for.
class SerialLine::Place {
 public:
  explicit Place(SerialLine& line) : line_{line}, ticket_{++line.tickets_}, timer_{line.executor_} { line_.places_.emplace(ticket_, this); }
  ~Place() {
    line_.places_.erase(ticket_);
    if (!outcome_ && line_.worker_) line_.worker_->withdraw(ticket_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] std::uint64_t ticket() const { return ticket_; }
  void take(Result<Exchange> outcome) {
    outcome_.emplace(std::move(outcome));
    timer_.cancel();
  }
  asio::awaitable<std::optional<Result<Exchange>>> outcome(ground::Instant until) {
    timer_.expires_after(until - ground::clock::now());
    co_await timer_.async_wait(no_throw);
    co_return outcome_;
  }

 private:
  SerialLine& line_;
  std::uint64_t ticket_;
  asio::steady_timer timer_;
  std::optional<Result<Exchange>> outcome_;
};

/// Stops the threads of a loop's lines before the loop takes itself apart, for until then they may post to it.
class SerialLine::Lines final : public asio::execution_context::service {
 public:
  using key_type = Lines;
  static inline asio::execution_context::id id;

  explicit Lines(asio::execution_context& loop) : service{loop} {}
  static Lines& of(const asio::any_io_executor& executor) {
    return asio::use_service<Lines>(asio::query(executor, asio::execution::context));
  }
  void join(LineWorker& worker) { workers_.insert(&worker); }
  void leave(LineWorker& worker) { workers_.erase(&worker); }

 private:
  void shutdown() noexcept override {
    for (LineWorker* worker : workers_) worker->stop();
  }

  std::set<LineWorker*> workers_;
};

SerialLine::SerialLine(asio::any_io_executor executor, drivers::SerialLine line, std::shared_ptr<Figures> figures)
    : executor_{std::move(executor)}, line_{std::move(line)}, figures_{std::move(figures)} {}

SerialLine::~SerialLine() {
  if (worker_) Lines::of(executor_).leave(*worker_);
}

Result<void> SerialLine::start() {
  const auto hand_over = [weak = weak_from_this()](std::uint64_t ticket, Result<Exchange> outcome) {
    const auto line = weak.lock();
    if (!line) return;
    const auto place = line->places_.find(ticket);
    if (place != line->places_.end()) place->second->take(std::move(outcome));
  };
  const auto post = [executor = executor_, hand_over](std::uint64_t ticket, Result<Exchange> outcome) {
    asio::post(executor, [hand_over, ticket, outcome = std::move(outcome)]() mutable { hand_over(ticket, std::move(outcome)); });
  };
  try {
    worker_ = std::make_unique<LineWorker>(line_, figures_, post);
  } catch (const std::system_error&) {
    return Failure{FailureKind::machine, line_.path + ": the machine has no descriptor or no thread left for it"};
  }
  Lines::of(executor_).join(*worker_);
  return {};
}

asio::awaitable<Result<Exchange>> SerialLine::ask(modbus::Question question, ground::Instant deadline) {
  const auto self = shared_from_this();  // the question keeps its line alive
  if (const Result<void> ready = worker_ ? Result<void>{} : start(); !ready) co_return ready.error();
  Place place{*this};
  const Waiting waiting{.ticket = place.ticket(), .question = question, .deadline = deadline};
  if (!worker_->put(waiting)) co_return Failure{FailureKind::machine, line_.path + ": too many questions wait for the line"};
  auto outcome = co_await place.outcome(deadline + handover);
  if (outcome) co_return *std::move(outcome);
  co_return Failure{FailureKind::timeout, line_.path + ": unit " + std::to_string(question.unit) + " had no turn before the deadline"};
}

}  // namespace holdup::rtu
