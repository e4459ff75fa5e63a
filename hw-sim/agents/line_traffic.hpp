#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/rtu_frame.hpp"

// The bytes on a serial line by their times: none is heard or let go before its bits would have passed. Pure; whoever has a clock drives
// it.
namespace hwsim::agents {

class LineTraffic {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit LineTraffic(const LineSettings& settings) : character_{settings.character()}, silence_{settings.silence()} {}

  /// Bytes that were written to the line at `now`: they take their time, behind those on their way.
  void take(std::string_view bytes, Time now);
  /// When what was taken is a frame: its last bit has passed, and the silence that ends it.
  [[nodiscard]] std::optional<Time> frame_due() const;
  [[nodiscard]] std::string take_frame();

  /// Bytes that begin to leave at `begin`, or once the line is free of those before. Pieces of one answer may leave gaps: `holds` when the
  /// line is taken until their end.
  Time send(std::string_view bytes, Time begin, bool holds);
  /// When those on their way should next be let go: after `patience`, or when the last has passed.
  [[nodiscard]] std::optional<Time> next_leave(std::chrono::nanoseconds patience) const;
  /// What has passed by `now`.
  [[nodiscard]] std::string sent(Time now);
  [[nodiscard]] bool is_quiet() const { return heard_.empty() && leaving_.empty(); }
  void clear();

 private:
  std::chrono::nanoseconds character_;
  std::chrono::nanoseconds silence_;
  std::string heard_;
  Time heard_until_{};
  std::multimap<Time, char> leaving_;  // by the time at which each has passed
  Time taken_until_{};
};

}  // namespace hwsim::agents
