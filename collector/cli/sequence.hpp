#pragma once

#include <string>
#include <vector>

#include "store/record/event.hpp"

// The signs of an incident in the order in which they happened, as far as that is known: two whose intervals overlap have none. Pure; used
// by `explain`.
namespace holdup::cli {

struct SeenSign {
  record::Evidence evidence;
  bool order_known = true;  // after the one before it
};

/// Each sign once, by time. A sign lies between its time less its uncertainty, and its time.
[[nodiscard]] std::vector<SeenSign> sequence_of(const std::vector<record::Event>& events);

/// What became of an event's verdict, in words: "the cause moved up from pdu-a", "withdrawn: it was only reported", "" when nothing did.
[[nodiscard]] std::vector<std::string> remarks_of(const std::vector<record::Event>& events);

}  // namespace holdup::cli
