#pragma once

#include <optional>

#include "collector/detect/contacts.hpp"
#include "collector/incident/ledger.hpp"
#include "ground/element.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// What of a contact is written down: its state as a series, and each change as an event, so that "never exercised" can be told. Pure; the
// core's own.
namespace holdup::core {

struct ContactLog {
  std::optional<record::SeriesId> series;
  ground::Instant told{};                  // its newest sample
  std::optional<ground::Instant> written;  // the last event; of what follows within a few seconds none is made

  /// "contact open", or why it says nothing; nothing when it is not written down.
  [[nodiscard]] std::optional<record::Evidence> line(const ground::Element& contact, const detect::Contacts::Fact& fact,
                                                     incident::Moment moment);
};

}  // namespace holdup::core
