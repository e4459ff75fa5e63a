#include "collector/plan/wire_time.hpp"

#include <chrono>

namespace holdup::plan {

using namespace std::chrono_literals;

Duration time_of(const drivers::SerialLine& line, std::size_t bytes) {
  return Duration{static_cast<Duration::rep>(bytes * line.bits_a_byte() * 1'000'000'000ull / line.baud)};
}

Duration silence(const drivers::SerialLine& line) { return line.baud > 19200 ? Duration{1750us} : time_of(line, 7) / 2; }

Duration time_of(const drivers::SerialLine& line, const Frames& frames) { return time_of(line, frames.bytes()) + 2 * silence(line); }

}  // namespace holdup::plan
