#pragma once

#include <string>

#include "ground/instant.hpp"

// Who did what to this holdup, when: records whose hashes form a chain, so that none can be changed or taken out unseen. Pure.
namespace holdup::record {

struct Audit {
  ground::Utc time{};
  std::string boot;
  ground::Instant at{};  // monotonic time of `boot`
  std::string actor;     // "daemon", "uid 1000 (alice)"
  std::string action;    // "start", "reload", "store_set_aside"
  std::string json;      // what else there is to say: one JSON object
};

}  // namespace holdup::record
