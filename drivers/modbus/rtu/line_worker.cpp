#include "drivers/modbus/rtu/line_worker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "drivers/modbus/rtu/serial_settings.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::rtu {
namespace {

using namespace std::chrono_literals;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using modbus::Exchange;

constexpr Duration first_back_off = 100ms, longest_back_off = 5s;
constexpr Duration settle = 20ms;  // USB adapters hand over in lumps of up to 16 ms: what is silent for longer is over
constexpr Duration idle_look = 1s;
constexpr std::size_t most_heard = 2 * max_frame_bytes;
constexpr std::size_t lump = 256;

/// Without end where nothing is to be waited for but the bells.
Instant or_late(std::optional<Instant> at) { return at.value_or(ground::clock::now() + idle_look); }

}  // namespace

LineWorker::Bell::Bell() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (descriptor_ < 0) throw std::system_error{errno, std::system_category()};
}
LineWorker::Bell::~Bell() { ::close(descriptor_); }
void LineWorker::Bell::ring() const { (void)::eventfd_write(descriptor_, 1); }
void LineWorker::Bell::calm() const {
  eventfd_t rung = 0;
  (void)::eventfd_read(descriptor_, &rung);
}

LineWorker::LineWorker(drivers::SerialLine line, std::shared_ptr<Figures> figures, Deliver deliver)
    : line_{std::move(line)}, silence_{silence_of(line_)}, figures_{std::move(figures)}, deliver_{std::move(deliver)}, thread_{[this] {
        work();
      }} {}

LineWorker::~LineWorker() { stop(); }

void LineWorker::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  stop_.ring();
  questions_.ring();
  if (thread_.joinable()) thread_.join();
}

bool LineWorker::put(const Waiting& waiting) {
  const std::lock_guard lock{mutex_};
  const bool joined = turns_.join(waiting);
  if (joined) questions_.ring();
  return joined;
}

void LineWorker::withdraw(std::uint64_t ticket) {
  const std::lock_guard lock{mutex_};
  turns_.leave(ticket);
}

void LineWorker::work() {
  while (const auto asked = await_turn()) {
    Outcome outcome = perform(*asked);
    if (!stopping()) deliver_(asked->ticket, std::move(outcome));
  }
}

/// Nothing when it is time to stop.
std::optional<Waiting> LineWorker::await_turn() {
  for (;;) {
    std::optional<Instant> next;
    {
      const std::lock_guard lock{mutex_};
      if (stopping_) return std::nullopt;
      questions_.calm();
      const auto now = ground::clock::now();
      figures_->outdated += turns_.drop_outdated(now);
      if (auto asked = turns_.next(now)) return asked;
      next = turns_.next_at(now);
    }
    idle(next);
  }
}

/// Waits for questions; what comes on the line meanwhile is nobody's, or too late.
void LineWorker::idle(std::optional<Instant> until) {
  if (!port_) {
    pollfd bell{.fd = questions_.descriptor(), .events = POLLIN, .revents = 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(or_late(until) - ground::clock::now());
    (void)::poll(&bell, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    return;
  }
  std::array<std::uint8_t, lump> bytes{};
  const auto came = port_->receive(bytes, or_late(until), questions_.descriptor());
  if (!came) return (void)lose(came.error());
  hear_unasked({bytes.data(), *came});
}

LineWorker::Outcome LineWorker::perform(const Waiting& asked) {
  const Result<void> open = be_open();
  if (!open) return open.error();
  const Result<void> silent = keep_silence(asked.deadline);
  if (!silent) return silent.error();
  return exchange(asked);
}

Result<void> LineWorker::be_open() {
  const auto now = ground::clock::now();
  if (port_) return {};
  if (now < not_before_) return Failure{FailureKind::refused, line_.path + ": " + trouble_};
  auto opened = SerialPort::open(line_);
  if (opened) {
    port_ = std::move(*opened);
    back_off_ = {};
    active_until_ = ground::clock::now();
    ++figures_->opens;
    return {};
  }
  ++figures_->open_failures;
  back_off_ = std::clamp(2 * back_off_, first_back_off, longest_back_off);
  not_before_ = now + back_off_;
  trouble_ = opened.error().what;
  return Failure{opened.error().kind, line_.path + ": " + trouble_};
}

/// 3.5 characters of it stand between any two frames; what is heard meanwhile begins them anew.
Result<void> LineWorker::keep_silence(Instant deadline) {
  std::array<std::uint8_t, lump> bytes{};
  for (;;) {
    const auto now = ground::clock::now();
    const Instant quiet = active_until_ + silence_;
    const auto came = port_->receive(bytes, now < quiet ? std::min(quiet, deadline) : now, stop_.descriptor());
    if (!came) return lose(came.error());
    if (stopping()) return cancelled();
    hear_unasked({bytes.data(), *came});
    if (*came == 0 && now >= quiet) return {};
    if (now >= deadline) return Failure{FailureKind::timeout, line_.path + ": the line is never silent"};
  }
}

LineWorker::Outcome LineWorker::exchange(const Waiting& asked) {
  UnderWay one{.asked = asked, .frame = encode(asked.question)};
  port_->flush();
  figures_->strays += unasked_.forget();
  one.sent = ground::clock::now();
  const Result<void> left = port_->transmit(one.frame);
  if (!left) return lose(left.error());
  ++figures_->requests;
  active_until_ = one.sent + time_of(line_, one.frame.bytes().size());
  {
    const std::lock_guard lock{mutex_};
    one.until = turns_.answer_by(asked, one.sent, time_of(line_, one.frame.bytes().size() + expected_bytes(asked.question)));
  }
  auto heard = hear(one);
  figures_->busy_ns += static_cast<std::uint64_t>((ground::clock::now() - one.sent).count());
  if (!heard) return heard.error();
  if (*heard) return **std::move(heard);
  return give_up(one);
}

Result<std::optional<Exchange>> LineWorker::hear(UnderWay& one) {
  std::array<std::uint8_t, lump> bytes{};
  for (;;) {
    const bool over = one.reply.judged.look == Look::spoilt && !set_aside(one);
    const Instant until = over ? std::min(one.until, active_until_ + silence_ + settle) : one.until;
    if (ground::clock::now() >= until) return std::optional<Exchange>{};
    const auto came = port_->receive(bytes, until, stop_.descriptor());
    if (!came) return lose(came.error());
    if (stopping()) return cancelled();
    if (*came == 0) continue;
    active_until_ = ground::clock::now();
    if (one.heard.size() + *came > most_heard) one.heard.erase(one.heard.begin(), one.heard.end() - max_frame_bytes);
    one.heard.insert(one.heard.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*came));
    one.reply = judge_reply(one.heard, one.frame, one.asked.question, echo_);
    if (one.reply.judged.look == Look::answer) return std::optional{take(one, active_until_)};
  }
}

/// What answers another question of the same function may be what was given up before: then ours is still to come.
bool LineWorker::set_aside(UnderWay& one) {
  const std::lock_guard lock{mutex_};
  const auto now = ground::clock::now();
  if (one.reply.judged.fault != Fault::shape || !turns_.owes(one.asked.question, now)) return false;
  turns_.came_late(one.asked.question.unit, one.asked.question.function, now);
  ++figures_->late;
  one.heard.resize(one.reply.behind);
  one.reply.judged = {};
  return true;
}

Exchange LineWorker::take(UnderWay& one, Instant received) {
  const auto& judged = one.reply.judged;
  echo_ = one.reply.echo ? Echo::heard : Echo::none;
  if (one.reply.echo) ++figures_->echoes;
  ++(judged.answer.exception ? figures_->exceptions : figures_->answers);
  figures_->strays += one.heard.size() - judged.end;
  const std::lock_guard lock{mutex_};
  const Instant since = turns_.measured_since(one.asked, one.sent);
  turns_.answered(one.asked, one.sent, received);
  const std::size_t echo = one.reply.echo ? one.frame.bytes().size() : 0;
  figures_->add(unasked_.hear(Bytes{one.heard}.subspan(echo, judged.begin - echo), turns_, received));  // another unit's, too late
  figures_->strays += unasked_.forget();
  return {.answer = std::move(one.reply.judged.answer), .sent = since, .received = received};
}

Failure LineWorker::give_up(const UnderWay& one) {
  const std::lock_guard lock{mutex_};
  const auto& judged = one.reply.judged;
  const std::string name = line_.path + ": unit " + std::to_string(one.asked.question.unit);
  if (one.reply.echo) ++figures_->echoes;
  if (judged.look == Look::spoilt) {
    const bool all = judged.fault != Fault::crc || is_as_long(one.heard, one.asked.question, echo_);
    turns_.spoilt(one.asked, one.sent, ground::clock::now(), all ? Turns::Came::all : Turns::Came::some);
    ++(judged.fault == Fault::crc ? figures_->crc_errors : figures_->disagreeing);
    return {FailureKind::malformed,
            name + (judged.fault == Fault::crc ? ": the answer's CRC is wrong" : ": it answers something else than was asked")};
  }
  turns_.silent(one.asked, one.sent, ground::clock::now());
  ++figures_->timeouts;
  if (judged.fault == Fault::unit) ++figures_->wrong_unit;
  const Bytes behind_echo = Bytes{one.heard}.subspan(one.reply.echo ? one.frame.bytes().size() : 0);
  const bool some = judged.fault == Fault::none && !behind_echo.empty();
  if (some) figures_->add(unasked_.hear(behind_echo, turns_, active_until_));  // its end may come yet
  const char* what = judged.fault == Fault::unit ? ": another unit answered in its place"
                     : some                      ? ": no whole answer in time"
                                                 : ": no answer";
  return {FailureKind::timeout, name + what};
}

void LineWorker::hear_unasked(Bytes bytes) {
  if (bytes.empty()) return;
  active_until_ = ground::clock::now();
  const std::lock_guard lock{mutex_};
  figures_->add(unasked_.hear(bytes, turns_, active_until_));
}

Failure LineWorker::lose(const Failure& why) {
  port_.reset();
  figures_->strays += unasked_.forget();
  ++figures_->lost;
  trouble_ = why.what;
  back_off_ = {};
  not_before_ = {};
  echo_ = Echo::unknown;  // it may come back as another adapter
  return {why.kind, line_.path + ": " + why.what};
}

Failure LineWorker::cancelled() const { return {FailureKind::cancelled, line_.path + ": closing"}; }

bool LineWorker::stopping() const {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

}  // namespace holdup::rtu
