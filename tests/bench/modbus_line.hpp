#pragma once

#include <chrono>

// How full a serial line gets. Used by bench-modbus.
namespace holdup::bench {

/// How busy a serial line at 19200 baud is, over the simulator's pacing pseudo terminal, by the daemon's plan: the shelf of shelf-rtu.yaml,
/// the fullest plan that `holdup check` takes, and one that asks for more than fits, so that a question always waits.
void line_share(std::chrono::seconds time);

}  // namespace holdup::bench
