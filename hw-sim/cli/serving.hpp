#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/address.hpp"
#include "hw-sim/scenario/command.hpp"

namespace boost::asio {
class io_context;
}

// What `run` and `replay` do once their devices stand: announce them, answer ctl, serve until SIGINT or SIGTERM.
namespace hwsim::cli {

/// One line on stdout at once: "ready URL NAME".
void announce_ready(std::string_view url, std::string_view name);

struct Serving {
  std::function<void()> started = {};                           // after "control PATH" was printed; may be empty
  std::function<std::string(std::string_view command)> answer;  // to a ctl line, JSON
  std::function<void()> close;                                  // ends everything that waits on `io`
};

/// Prints "control PATH" and runs until a signal; then closes all and returns.
void serve(boost::asio::io_context& io, const Serving& serving);

/// Why a device that is reached so cannot suffer that fault; nothing when it can.
[[nodiscard]] std::optional<std::string> misplaced(scenario::FaultKind kind, bool snmp, const agents::DeviceUrl& url);

/// {"ok":true} · {"ok":false,"error":…}
[[nodiscard]] std::string ok_json();
[[nodiscard]] std::string error_json(std::string_view what);

}  // namespace hwsim::cli
