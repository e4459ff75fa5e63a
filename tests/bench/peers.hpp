#pragma once

// The other programs that poll SNMP, as Debian packages them: prometheus-snmp-exporter and collectd, against the same agents as the other
// ways. Unpacked under build/peers by tests/peers, run as children, never installed.
namespace holdup::bench {

/// Measures and prints, the bare limit before each.
void peers();

}  // namespace holdup::bench
