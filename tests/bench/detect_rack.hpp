#pragma once

#include <string>

// The rack of `bench-detect`: two feeds, a PDU on each, dual-corded cabinets, a status unit a supply that measures every 20 ms.
namespace holdup::bench {

/// For hw-sim; its cabinets are cab1 to cabN, psu1 of each at pdu-a/outlet/N with the status unit cabN-psu1.
[[nodiscard]] std::string detect_rack(int cabinets);

}  // namespace holdup::bench
