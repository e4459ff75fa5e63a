#include "hw-sim/power/contact_front.hpp"

#include <algorithm>

#include "hw-sim/power/noise.hpp"

namespace hwsim::power {
namespace {

using namespace std::chrono_literals;

constexpr Duration pulse_spacing = 200us;  // 5 kHz
constexpr Duration pulse_length = 20us;    // 50 ns at the cable; so long until the input has forgotten it
constexpr Duration burst_length = 15ms;
constexpr Duration burst_period = 300ms;
constexpr Duration chatter_period = 60ms;

// What alternates from `since` on: whether it is in its second half, and when that next changes.
struct Alternation {
  bool flipped;
  Instant next;
};

Alternation pulses(Instant since, Duration period, Instant now) {
  const auto in_period = (now - since) % period;
  const Instant burst = now - in_period;
  if (in_period >= burst_length) return {.flipped = false, .next = burst + period};
  const auto in_pulse = in_period % pulse_spacing;
  const Instant pulse = now - in_pulse;
  if (in_pulse < pulse_length) return {.flipped = true, .next = pulse + pulse_length};
  const Instant next = pulse + pulse_spacing;
  return {.flipped = false, .next = next - burst >= burst_length ? burst + period : next};
}

Alternation chatter(Instant since, Duration period, Instant now) {
  const auto half = (now - since) / period;
  return {.flipped = half % 2 == 0, .next = since + (half + 1) * period};
}

}  // namespace

ContactFront::ContactFront(const Contact& contact, std::size_t index, bool closed, std::uint64_t seed)
    : relay_{contact.relay}, index_{index}, seed_{seed}, sides_{contact.has_pair ? 2U : 1U} {
  touches_ = {closed, contact.has_pair && !closed};
  shown_ = touches_;
}

void ContactFront::move(bool closed, Instant now) {
  coming_.clear();  // the armature turns back where it is
  const Instant arrives = now + (closed ? relay_.operate : relay_.release);
  const std::size_t opening = closed ? 1 : 0;
  const Instant leaves = closed ? std::max(now, arrives - relay_.flight) : arrives;
  const Instant touching = closed ? arrives : arrives + relay_.flight;
  if (touches_[opening]) touch(leaves, opening, false, relay_.rebounds);
  if (!touches_[1 - opening]) touch(touching, 1 - opening, true, relay_.bounces);
  std::stable_sort(coming_.begin(), coming_.end(), [](const Touch& a, const Touch& b) { return a.at < b.at; });
}

void ContactFront::touch(Instant at, std::size_t side, bool closed, unsigned repeats) {
  if (side >= sides_) return;
  coming_.push_back({.at = at, .side = side, .closed = closed});
  for (unsigned i = 0; i < repeats; ++i) {
    coming_.push_back({.at = at += jittered() / 2, .side = side, .closed = !closed});
    coming_.push_back({.at = at += jittered() / 2, .side = side, .closed = closed});
  }
}

Duration ContactFront::jittered() {
  const double factor = 0.5 + unit_interval(draw(seed_, {drawn_++}));
  return Duration{static_cast<std::int64_t>(static_cast<double>(relay_.bounce.count()) * factor)};
}

void ContactFront::begin(Disturbance kind, std::optional<Duration> period, Instant now) {
  const Duration usual = kind == Disturbance::eft ? burst_period : chatter_period;
  const Duration least = kind == Disturbance::eft ? burst_length : Duration{1ms};
  laid_[static_cast<std::size_t>(kind)] = {.on = true, .period = std::max(period.value_or(usual), least), .since = now};
  if (kind == Disturbance::welded) welded_to_ = shown_;
}

void ContactFront::end(std::optional<Disturbance> kind) {
  if (kind)
    laid_[static_cast<std::size_t>(*kind)] = {};
  else
    laid_.fill({});
}

std::optional<Instant> ContactFront::next() const {
  std::optional<Instant> next;
  const auto sooner = [&next](Instant at) { next = next ? std::min(*next, at) : at; };
  if (!coming_.empty()) sooner(coming_.front().at);
  if (const Laid& eft = laid(Disturbance::eft); eft.on) sooner(pulses(eft.since, eft.period, settled_).next);
  if (const Laid& loose = laid(Disturbance::chatter); loose.on) sooner(chatter(loose.since, loose.period, settled_).next);
  return next;
}

void ContactFront::settle(Instant now, std::vector<Edge>& edges) {
  settled_ = now;
  for (; !coming_.empty() && coming_.front().at <= now; coming_.pop_front()) touches_[coming_.front().side] = coming_.front().closed;
  for (std::size_t side = 0; side < sides_; ++side) {
    const bool is = shows(side, now);
    if (is == shown_[side]) continue;
    shown_[side] = is;
    ++edges_;
    edges.push_back({.contact = index_, .at = now, .closed = is, .pair = side == 1});
  }
}

bool ContactFront::shows(std::size_t side, Instant now) const {
  bool closed = touches_[side];
  if (laid(Disturbance::welded).on) closed = welded_to_[side];
  if (const Laid& loose = laid(Disturbance::chatter); loose.on && chatter(loose.since, loose.period, now).flipped) closed = !closed;
  if (laid(Disturbance::broken).on) closed = false;
  if (const Laid& eft = laid(Disturbance::eft); eft.on && pulses(eft.since, eft.period, now).flipped) closed = !closed;
  return closed;
}

}  // namespace hwsim::power
