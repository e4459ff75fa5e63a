#pragma once

#include <span>
#include <string>

#include "ground/problem.hpp"

// The site file of a running rack: the rack file's own text with the URLs where the devices really listen.
namespace hwsim::agents {

namespace ground = holdup::ground;

struct UrlChange {
  std::string device;
  int line = 0;  // 1-based, where the device's url stands
  std::string from;
  std::string to;
};

/// All else stays as it was written. A url that does not stand on its line as it reads is a problem under `file`.
[[nodiscard]] std::string with_urls(std::string text, std::span<const UrlChange> changes, const std::string& file,
                                    ground::Problems& problems);

}  // namespace hwsim::agents
