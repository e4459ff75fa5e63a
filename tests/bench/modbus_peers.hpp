#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

// collectd's modbus plugin, as Debian packages it, against the units of a bench. Unpacked under build/peers by tests/peers, run as a child.
namespace holdup::bench {

/// Measures and prints; `limit` polls the same number of devices once, and returns the registers read.
void collectd_modbus(std::size_t devices, const std::function<std::size_t()>& limit);

}  // namespace holdup::bench
