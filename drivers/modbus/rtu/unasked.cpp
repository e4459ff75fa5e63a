#include "drivers/modbus/rtu/unasked.hpp"

#include <chrono>
#include <utility>

namespace holdup::rtu {
namespace {

// USB adapters hand over in lumps of up to 16 ms: what pauses for longer than twice that is over.
constexpr Duration longest_pause = std::chrono::milliseconds{40};

}  // namespace

Unasked::Tally Unasked::hear(Bytes bytes, Turns& turns, Instant now) {
  Tally tally;
  if (bytes.empty()) return tally;
  if (now - last_ > longest_pause) tally.strays += forget();
  last_ = now;
  begun_.insert(begun_.end(), bytes.begin(), bytes.end());
  std::size_t at = 0;
  while (at < begun_.size()) {
    const Bytes rest = Bytes{begun_}.subspan(at);
    const auto length = answer_bytes(rest);
    if (!length || *length > rest.size()) break;
    const modbus::Question like{.unit = rest[0], .function = static_cast<modbus::Function>(rest.size() > 1 ? rest[1] & 0x7F : 0)};
    const bool late = *length > 0 && is_whole(rest.first(*length)) && turns.owes(like, now);
    if (late) turns.came_late(like.unit, like.function, now);
    ++(late ? tally.late : tally.strays);
    at += late ? *length : 1;
  }
  begun_.erase(begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(at));
  return tally;
}

std::uint64_t Unasked::forget() { return std::exchange(begun_, {}).size(); }

}  // namespace holdup::rtu
