#include "drivers/modbus/rtu/tap.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "drivers/modbus/rtu/image.hpp"
#include "drivers/modbus/rtu/overheard.hpp"
#include "drivers/modbus/rtu/serial_settings.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::rtu {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;
using ground::Duration;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using modbus::Exchange;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr Duration first_back_off = 100ms, longest_back_off = 5s;

Result<void> open_to_read(const drivers::SerialLine& line, asio::posix::stream_descriptor& into) {
  const int descriptor = ::open(line.path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return Failure{FailureKind::machine, std::strerror(errno)};
  hush(descriptor);
  Result<void> ready = set(descriptor, line);
  error_code error;
  ::tcflush(descriptor, TCIFLUSH);  // nobody knows when what lies there was said
  if (ready) (void)into.assign(descriptor, error);
  if (error) ready = Failure{FailureKind::machine, error.message()};
  if (!ready) ::close(descriptor);
  return ready;
}

}  // namespace

struct Tap::Ear {
  explicit Ear(const asio::any_io_executor& executor) : descriptor{executor}, again{executor} {}

  asio::posix::stream_descriptor descriptor;
  asio::steady_timer again;
  Duration back_off{};
  bool will_try = false;
  std::string trouble;
  std::array<std::uint8_t, max_frame_bytes> lump{};
  Eavesdropper eavesdropper;
  std::vector<Overheard> heard;
  Image image;
  std::set<asio::steady_timer*> waiting;  // cancelled when something was heard
};

Tap::Tap(asio::any_io_executor executor, drivers::SerialLine line, std::shared_ptr<Figures> figures)
    : line_{std::move(line)}, figures_{std::move(figures)}, ear_{std::make_unique<Ear>(executor)} {}

Tap::~Tap() = default;

asio::awaitable<Result<Exchange>> Tap::ask(modbus::Question question, ground::Instant deadline) {
  const auto self = shared_from_this();
  ear_->image.watch(question.unit);
  be_open();
  for (;;) {
    const auto now = ground::clock::now();
    Image::Told told = ear_->image.tell(question, now);
    const std::string name = line_.path + ": unit " + std::to_string(question.unit);
    if (told.ear == Image::Ear::told) co_return std::move(told.exchange);
    if (told.ear == Image::Ear::unheard) co_return Failure{FailureKind::unsupported, name + ": the line's master does not ask it for this"};
    if (now >= deadline && !ear_->descriptor.is_open()) co_return Failure{FailureKind::machine, line_.path + ": " + ear_->trouble};
    if (now >= deadline) co_return Failure{FailureKind::timeout, name + " is not heard on the line"};
    asio::steady_timer timer{ear_->again.get_executor()};
    timer.expires_after(deadline - now);
    ear_->waiting.insert(&timer);
    co_await timer.async_wait(no_throw);
    ear_->waiting.erase(&timer);
  }
}

void Tap::be_open() {
  if (ear_->descriptor.is_open() || ear_->will_try) return;
  const Result<void> opened = open_to_read(line_, ear_->descriptor);
  if (!opened) {
    ++figures_->open_failures;
    ear_->trouble = opened.error().what;
    return try_again();
  }
  ear_->eavesdropper.forget();
  ++figures_->opens;
  listen();
}

void Tap::listen() {
  ear_->descriptor.async_read_some(asio::buffer(ear_->lump), [weak = weak_from_this()](error_code error, std::size_t bytes) {
    const auto self = weak.lock();
    if (!self || error == asio::error::operation_aborted) return;
    if (error) return self->lose(error == asio::error::eof ? "hung up" : error.message());
    self->ear_->back_off = {};
    self->hear(bytes);
    self->listen();
  });
}

void Tap::hear(std::size_t bytes) {
  Ear& ear = *ear_;
  const auto skipped = ear.eavesdropper.skipped();
  ear.eavesdropper.take({ear.lump.data(), bytes}, ground::clock::now(), ear.heard);
  figures_->strays += ear.eavesdropper.skipped() - skipped;
  figures_->overheard += ear.heard.size();
  bool news = false;
  for (Overheard& one : ear.heard) news = ear.image.take(std::move(one)) || news;
  ear.heard.clear();
  if (!news) return;
  for (asio::steady_timer* timer : ear.waiting) timer->cancel();
}

void Tap::lose(const std::string& why) {
  ++figures_->lost;
  error_code ignored;
  ear_->descriptor.close(ignored);
  ear_->trouble = "the line is gone: " + why;
  try_again();
}

void Tap::try_again() {
  ear_->back_off = std::clamp(2 * ear_->back_off, first_back_off, longest_back_off);
  ear_->will_try = true;
  ear_->again.expires_after(ear_->back_off);
  ear_->again.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->ear_->will_try = false;
    self->be_open();
  });
}

}  // namespace holdup::rtu
