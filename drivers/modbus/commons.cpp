#include "drivers/modbus/commons.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ground/clock/clock.hpp"

namespace holdup::modbus {

namespace asio = boost::asio;

namespace {

constexpr int dials_a_turn = 16;  // a connect on loopback takes some 40 us

}  // namespace

/// Held by what the loop is to call: the timer's wait, the end of a turn. When it goes without having been called, the loop itself has
/// gone: whoever waits for an answer is let go, else the coroutines that ask, the devices and their connections would hold each other for
/// ever.
struct Commons::Bond {
  explicit Bond(std::weak_ptr<Commons> whose) : commons{std::move(whose)} {}
  [[nodiscard]] std::shared_ptr<Commons> loosen() { return std::exchange(commons, {}).lock(); }
  Bond(Bond&&) = default;
  Bond& operator=(Bond&&) = delete;
  ~Bond() {
    if (const auto alive = commons.lock()) alive->abandon();
  }
  std::weak_ptr<Commons> commons;
};

Commons::Commons(Executor executor) : executor_{std::move(executor)}, timer_{executor_}, all_sockets_{executor_} {
  boost::system::error_code ignored;  // add() will fail then
  const int duplicate = ::dup(readiness_.descriptor());
  if (duplicate >= 0) (void)all_sockets_.assign(duplicate, ignored);
}

void Commons::soon(Deadlines::Entry& entry) {
  soon_.push_back(&entry);
  if (std::exchange(flush_posted_, true)) return;
  asio::post(executor_, [bond = Bond{weak_from_this()}]() mutable {
    const auto self = bond.loosen();
    if (!self) return;
    self->flush_posted_ = false;
    self->flush();
  });
}

void Commons::not_soon(const Deadlines::Entry& entry) {
  std::ranges::replace(soon_, &entry, nullptr);
  std::ranges::replace(flushing_, &entry, nullptr);
}

/// What is asked in consequence waits for the end of the turn: a question that fails at once may be put again at once.
void Commons::flush() {
  if (!flushing_.empty()) return;  // within one
  flushing_.swap(soon_);
  for (std::size_t i = 0; i < flushing_.size(); ++i)
    if (Deadlines::Entry* const entry = std::exchange(flushing_[i], nullptr)) entry->due(ground::clock::now());
  flushing_.clear();
}

bool Commons::listen(int socket, Readiness::Ear& ear) {
  if (!readiness_.add(socket, ear)) return false;
  ++listening_;
  if (!waiting_) wait_for_any();
  return true;
}

void Commons::cease(int socket, const Readiness::Ear& ear) {
  readiness_.remove(socket, ear);
  boost::system::error_code ignored;
  if (--listening_ == 0) (void)all_sockets_.cancel(ignored);
}

void Commons::wait_for_any() {
  waiting_ = true;
  all_sockets_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [weak = weak_from_this()](const boost::system::error_code& error) {
                            const auto self = weak.lock();
                            if (!self) return;
                            self->waiting_ = false;
                            if (!error) self->readiness_.tell();
                            if (self->listening_ > 0 && !self->waiting_) self->wait_for_any();
                          });
}

void Commons::set(Deadlines::Entry& entry, ground::Instant when) {
  deadlines_.set(entry, when);
  if (deadlines_.earliest() < armed_) arm();
}

void Commons::arm() {
  armed_ = deadlines_.earliest();
  timer_.expires_after(armed_ - ground::clock::now());
  timer_.async_wait([bond = Bond{weak_from_this()}](const boost::system::error_code& error) mutable {
    const auto commons = bond.loosen();
    if (commons && !error) commons->ring();
  });
}

void Commons::ring() {
  const auto now = ground::clock::now();
  armed_ = ground::Instant::max();
  while (Deadlines::Entry* entry = deadlines_.take_due(now)) entry->due(now);
  if (deadlines_.earliest() < armed_) arm();
}

void Commons::abandon() {
  while (Deadlines::Entry* entry = deadlines_.take_any()) entry->abandoned();
  for (std::size_t i = 0; i < soon_.size(); ++i)
    if (Deadlines::Entry* const entry = std::exchange(soon_[i], nullptr)) entry->abandoned();
}

void Commons::when_dialling(std::function<void()> dial) {
  if (dialled_ < dials_a_turn && diallers_.empty()) {
    if (dialled_++ == 0)
      asio::post(executor_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->dial_next();
      });
    return dial();
  }
  diallers_.push_back(std::move(dial));
}

void Commons::dial_next() {
  for (dialled_ = 0; dialled_ < dials_a_turn && !diallers_.empty(); ++dialled_) {
    const auto dial = std::move(diallers_.front());
    diallers_.pop_front();
    dial();
  }
  if (dialled_ > 0)
    asio::post(executor_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->dial_next();
    });
}

}  // namespace holdup::modbus
