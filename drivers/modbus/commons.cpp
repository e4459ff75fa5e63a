#include "drivers/modbus/commons.hpp"

#include <utility>

#include "ground/clock/clock.hpp"

namespace holdup::modbus {

namespace asio = boost::asio;

namespace {

constexpr int dials_a_turn = 16;  // a connect on loopback takes some 40 us

}  // namespace

/// Held by the timer's wait. When it goes without the wait having ended, the loop itself has gone: whoever waits for an answer is let go,
/// else the coroutines that ask, the devices and their connections would hold each other for ever.
struct Commons::Bond {
  explicit Bond(std::weak_ptr<Commons> whose) : commons{std::move(whose)} {}
  Bond(Bond&&) = default;
  Bond& operator=(Bond&&) = delete;
  ~Bond() {
    if (const auto alive = commons.lock()) alive->abandon();
  }
  std::weak_ptr<Commons> commons;
};

void Commons::set(Deadlines::Entry& entry, ground::Instant when) {
  deadlines_.set(entry, when);
  if (deadlines_.earliest() < armed_) arm();
}

void Commons::arm() {
  armed_ = deadlines_.earliest();
  timer_.expires_after(armed_ - ground::clock::now());
  timer_.async_wait([bond = Bond{weak_from_this()}](const boost::system::error_code& error) mutable {
    const auto commons = std::exchange(bond.commons, {}).lock();
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
