#pragma once

#include "collector/cli/told.hpp"
#include "drivers/device.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

namespace boost::asio {
class io_context;
}

// A device identified, and each of its points read once. For `probe`, and for `profile test` over recorded registers.
namespace holdup::cli {

/// Runs the device's loop until it is done; the loop is stopped then.
[[nodiscard]] ground::Result<Told> ask_once(boost::asio::io_context& loop, drivers::Device& device, ground::Duration timeout);
/// The same of a device that is no more than memory.
[[nodiscard]] ground::Result<Told> ask_once(drivers::Device& device, ground::Duration timeout);

}  // namespace holdup::cli
