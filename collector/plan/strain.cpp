#include "collector/plan/strain.hpp"

#include <algorithm>
#include <utility>

namespace holdup::plan {
namespace {

using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;

constexpr int climbed = 4, recovered = 2;        // times the usual round trip
constexpr Duration noise = 20ms;                 // a network's and our own coming and going, on top
constexpr Duration patience = 10min;             // at its slowest; what stays slow then is slow without us
constexpr Duration soon = 1h;                    // two restarts within: not by chance
constexpr int drift = 256;                       // the usual follows what is longer this slowly: over hours
constexpr double rounding = 2;                   // seconds that an uptime may jump back by
constexpr double wraps_at = 4294967296.0 / 100;  // TimeTicks, RFC 2578 7.1.8
constexpr double before_wrap = wraps_at - 3600;

}  // namespace

std::optional<Strain::News> Strain::round_trip(Duration took, Instant now) {
  window_[filled_++] = took;
  if (filled_ < window_.size()) return std::nullopt;
  filled_ = 0;
  std::sort(window_.begin(), window_.end());
  return weigh(window_.front(), window_[window_.size() / 2], now);
}

// All of a window have to be long, half of one has to be short again: one way is as hard as the other is easy.
std::optional<Strain::News> Strain::weigh(Duration least, Duration middle, Instant now) {
  if (windows_ < enough_windows) {
    usual_ = windows_++ == 0 ? middle : std::min(usual_, middle);
    return std::nullopt;
  }
  if (least > climbed * usual_ + noise) {
    if (level_ < top) {
      if (level_++ == 0) since_ = now;
      return told(News::Kind::slower, middle);
    }
    if (now - since_ < patience) return std::nullopt;
    usual_ = middle;
    level_ = now < held_until_ ? 1 : 0;
    return told(News::Kind::accepted, middle);
  }
  if (level_ == 0) follow(middle);
  if (level_ == 0 || middle > recovered * usual_ + noise || now < held_until_) return std::nullopt;
  --level_;
  return told(News::Kind::eased, middle);
}

void Strain::follow(Duration middle) { usual_ = middle < usual_ ? middle : usual_ + (middle - usual_) / drift; }

std::optional<Strain::News> Strain::uptime(double seconds, Instant now) {
  const auto before = std::exchange(uptime_, seconds);
  if (!before || seconds + rounding >= *before || *before > before_wrap) return std::nullopt;
  const auto last = std::exchange(restarted_, now);
  if (!last || now - *last > soon) return std::nullopt;
  held_until_ = now + soon;
  if (level_ == top) return std::nullopt;
  if (level_++ == 0) since_ = now;
  return told(News::Kind::restarts, {});
}

}  // namespace holdup::plan
