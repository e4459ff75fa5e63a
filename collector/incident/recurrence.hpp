#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "collector/detect/verdict.hpp"
#include "ground/instant.hpp"

// How often the same has begun lately: what comes and goes is one incident with a count, not a page each time. Part of the ledger's fold.
namespace holdup::incident {

/// Begun so often within so long: it comes and goes. Its incident then stays open until nothing of it was seen for as long.
inline constexpr std::size_t comes_and_goes = 3;
inline constexpr ground::Duration lately = std::chrono::minutes{10};

using Named = std::pair<detect::Verdict, ground::Element>;

class Recurrence {
 public:
  static constexpr std::size_t most = 10'000;

  /// It begins; how often it did within the last ten minutes, this time with it.
  std::size_t begins(const Named& what, ground::Utc at);

 private:
  void forget(ground::Utc before);
  std::map<Named, std::deque<ground::Utc>> begun_;
};

}  // namespace holdup::incident
