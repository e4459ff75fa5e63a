#include "drivers/snmp/trap_gate.hpp"

#include <algorithm>

namespace holdup::snmp {
namespace {

using namespace std::chrono_literals;
using reading::TrapSays;

bool is_loss(TrapSays says) {
  switch (says) {
    case TrapSays::input_lost:
    case TrapSays::source_lost:
    case TrapSays::output_lost:
    case TrapSays::on_battery:
    case TrapSays::outlet_off:
    case TrapSays::breaker_tripped:
    case TrapSays::redundancy_lost:
    case TrapSays::overload:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool TrapGate::admit(std::size_t source, std::optional<TrapSays> says, ground::Instant now) {
  Bucket& bucket = buckets_.at(source);
  if (bucket.filled) bucket.tokens = std::min(burst, bucket.tokens + ground::seconds(now - *bucket.filled) * a_second);
  bucket.filled = now;
  auto* passed = says && is_loss(*says) ? &bucket.passed[static_cast<std::size_t>(*says)] : nullptr;
  if (bucket.tokens >= 1)
    bucket.tokens -= 1;
  else if (passed == nullptr || (*passed && now - **passed < 1s))
    return false;
  if (passed != nullptr) *passed = now;
  return true;
}

}  // namespace holdup::snmp
