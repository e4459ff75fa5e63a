#pragma once

#include <optional>
#include <string>

#include "collector/cli/configuration.hpp"
#include "drivers/open/traps.hpp"

// The daemon's own SNMPv3 engine, which devices send informs to: its start is counted once, in a file beside the store, when a site first
// needs it. Waits for the disk, so never on the loop. Used by `run` at start and on reload.
namespace holdup::cli {

class OwnEngine {
 public:
  /// Nothing where no device could send such an inform, or the file cannot be had: the log says so.
  [[nodiscard]] std::optional<drivers::EngineBoots> of(const Configuration& configuration);

 private:
  std::optional<drivers::EngineBoots> engine_;
  std::string path_;
};

}  // namespace holdup::cli
