#pragma once

#include <optional>
#include <string>

#include "ground/instant.hpp"

// What a receiver of remote write said. Made by Client, judged by Pump.
namespace holdup::forward {

struct Answer {
  int status = 0;
  std::string text;  // the beginning of the body, printable
  std::optional<ground::Duration> retry_after;
};

}  // namespace holdup::forward
