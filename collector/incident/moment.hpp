#pragma once

#include <string_view>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "store/record/event.hpp"

// What one step of the core writes with, and what it writes beside verdicts.
namespace holdup::incident {

using ground::Element;

/// The host's clock readings and the boot they belong to.
struct Moment {
  ground::Instant now{};
  ground::Duration utc_offset{};
  [[nodiscard]] ground::Utc utc() const { return ground::utc(now, utc_offset); }
};

/// Something that was heard, or said by a person, and is no verdict: an event of its own that belongs to no incident.
struct Note {
  std::string_view word;
  Element element;
  std::vector<record::Evidence> lines;
  record::Phase phase = record::Phase::end;
  ground::Duration uncertainty{};
  std::string_view strength = "reported";
};

}  // namespace holdup::incident
