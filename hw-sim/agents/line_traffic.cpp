#include "hw-sim/agents/line_traffic.hpp"

#include <algorithm>
#include <utility>

namespace hwsim::agents {

void LineTraffic::take(std::string_view bytes, Time now) {
  heard_until_ = std::max(heard_until_, now) + character_ * static_cast<std::int64_t>(bytes.size());
  constexpr std::size_t most = 4096;  // far more than a frame: it will be none
  heard_.append(bytes.substr(0, most - std::min(most, heard_.size())));
}

std::optional<LineTraffic::Time> LineTraffic::frame_due() const {
  return heard_.empty() ? std::nullopt : std::optional{heard_until_ + silence_};
}

std::string LineTraffic::take_frame() { return std::exchange(heard_, {}); }

LineTraffic::Time LineTraffic::send(std::string_view bytes, Time begin, bool holds) {
  Time at = std::max(begin, taken_until_);
  for (const char byte : bytes) leaving_.emplace(at += character_, byte);
  if (holds) taken_until_ = at;
  return at;
}

std::optional<LineTraffic::Time> LineTraffic::next_leave(std::chrono::nanoseconds patience) const {
  if (leaving_.empty()) return std::nullopt;
  return std::min(leaving_.begin()->first + patience, leaving_.rbegin()->first);
}

std::string LineTraffic::sent(Time now) {
  std::string out;
  const auto end = leaving_.upper_bound(now);
  for (auto at = leaving_.begin(); at != end; ++at) out += at->second;
  leaving_.erase(leaving_.begin(), end);
  return out;
}

void LineTraffic::clear() {
  heard_.clear();
  leaving_.clear();
  taken_until_ = heard_until_ = {};
}

}  // namespace hwsim::agents
