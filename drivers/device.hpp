#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/reading/nameplate.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/plausibility.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// The face of every protocol: identify once, then read points by index. Used by collector/poll and by `holdup probe`. One request of
// a device is under way at a time; policy (when, how often, what after a failure) is the core's. There is no verb that writes.
namespace holdup::drivers {

struct Identified {
  reading::Identity identity;
  std::vector<std::string> profiles = {};  // all that it is read through; the identity names the first
  std::vector<reading::Point> points;
  std::vector<reading::Invariant> invariants = {};
  std::vector<std::string> left = {};  // sources that were not read, because reading clears them
  reading::Pace pace = {};             // as its profiles say
  std::vector<reading::Nameplate> parts = {};
};

struct ReadRequest {
  using TakeAhead = std::function<void(std::vector<reading::Reading>)>;

  std::span<const std::uint32_t> points;    // indices into Identified::points
  ground::Instant deadline;                 // hard: the answer or a timeout by then
  std::vector<std::string>* raw = nullptr;  // probe only: the device's own text of each value, in the order of the readings
  const TakeAhead* ahead = nullptr;  // told what supplies say of themselves, where the rest takes more questions; part of the result, too
};

/// What a device said after the read that asked for it had ended.
struct LateAnswer {
  ground::Instant asked{};
  ground::Duration round_trip{};
  std::vector<reading::Reading> readings;  // of some of the points that were asked
};

class Device {
 public:
  using TakeLate = std::function<void(LateAnswer)>;

  virtual ~Device() = default;
  /// Whom to tell late answers; drivers whose protocol has none, or drops them, never do.
  virtual void tell_late(TakeLate) {}
  /// Finds out what it is and what it can tell. Failure leaves the device as it was.
  virtual boost::asio::awaitable<ground::Result<Identified>> identify(ground::Instant deadline) = 0;
  /// Who it and its parts say they are, read anew; its points stay as they are. Requires a successful identify().
  virtual boost::asio::awaitable<ground::Result<reading::Nameplates>> recognise(ground::Instant deadline) = 0;
  /// One reading a point asked, in the same order. A Failure means that nothing of the device was learned; a value that the
  /// device refuses is a reading with quality absent. Requires a successful identify().
  virtual boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read(ReadRequest request) = 0;
};

}  // namespace holdup::drivers
