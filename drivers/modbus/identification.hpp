#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// What a device says of itself by function 0x2B, type 0x0E, in the basic category. Pure. Used by Device. Source: MODBUS Application
// Protocol V1.1b3, 6.21.
namespace holdup::modbus {

/// Vendor, product code, revision, URL, product name, model name, application name; by object id. What was not told is empty.
using IdentificationObjects = std::array<std::string, 7>;

/// Takes what one answer holds (Answer::objects) into `objects`; the object to go on with, or 0 where nothing follows. An answer that
/// disagrees with itself gives what was whole before the fault.
std::size_t take_identification(std::string_view answer, IdentificationObjects& objects);

}  // namespace holdup::modbus
