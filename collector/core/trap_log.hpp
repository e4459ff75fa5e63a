#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/incident/ledger.hpp"
#include "drivers/reading/trap.hpp"
#include "store/record/event.hpp"

// Which traps are written down: each, with its numeric OIDs, but the same one of a device at most every ten seconds, with a count of those
// between. Pure; the core's own.
namespace holdup::core {

class TrapLog {
 public:
  /// The event's lines; nothing when it is not written down.
  [[nodiscard]] std::optional<std::vector<record::Evidence>> lines(const ground::Element& device, const reading::TrapMessage& message,
                                                                   incident::Moment moment);
  [[nodiscard]] static record::Evidence line(const ground::Element& source, std::string text, incident::Moment moment);

  /// A stored event of before the start.
  void fold(const record::Event& event) { listened_ = listened_ || (event.verdict == "trap" && event.element == "self"); }
  /// It was written down that traps can be heard.
  [[nodiscard]] bool listened() const { return listened_; }
  void listens() { listened_ = true; }

 private:
  struct Seen {
    ground::Instant written{};
    std::uint64_t since = 0;  // not written down
  };
  std::map<std::string, Seen> seen_;  // by device, trap and what it says
  bool listened_ = false;
};

}  // namespace holdup::core
