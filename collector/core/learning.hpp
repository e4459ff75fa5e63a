#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/rules/rule_alerts.hpp"
#include "ground/instant.hpp"
#include "store/record/series.hpp"

// What holdup has just met is learned first: for so long what a rule of class `alert` says of it is a ticket, and no page. A device is
// known since the store holds anything of it; a part that took another's place since its serial number is told. Pure; the core's own.
namespace holdup::core {

/// Since when a series stands in the store.
struct KnownSeries {
  record::Series series;
  ground::Utc since{};
};

class Learning {
 public:
  /// The series by which devices and their parts are known.
  static constexpr std::string_view device_series = "holdup_up", part_series = "holdup_part_info";

  void last(ground::Duration learning) { learning_ = learning; }
  /// Before anything is met: what the store has of these series.
  void know(std::vector<KnownSeries> known);
  /// A series that began now; others than those two tell nothing.
  void meet(const record::Series& series, ground::Utc now);

  /// Until when what is said of labels like these is a ticket; nothing: it pages.
  [[nodiscard]] std::optional<ground::Utc> until(const rules::Labels& labels, ground::Utc now) const;

  /// The alert as it is told: while that is learned a ticket that says so. Its end is told as its begin was.
  [[nodiscard]] rules::Transition told(rules::Transition transition, ground::Utc now);
  /// The next moment at which a ticket becomes a page.
  [[nodiscard]] std::optional<ground::Utc> next_due() const;
  /// Those that did by now, each as its ticket's end and as itself.
  [[nodiscard]] std::vector<std::pair<rules::Transition, rules::Transition>> take_learned(ground::Utc now);

 private:
  using Place = record::Series;  // a part's series without what tells one part from the next
  struct Ticket {
    rules::Transition alert;  // as its rule has it
    ground::Utc until{};
  };
  [[nodiscard]] std::optional<ground::Utc> since(const rules::Labels& labels) const;

  ground::Duration learning_{};
  std::map<record::Series, ground::Utc> known_;
  std::map<std::string, ground::Utc, std::less<>> devices_;
  std::map<Place, ground::Utc> parts_;  // since when what is there now took another's place
  std::map<rules::Labels, Ticket> tickets_;
};

}  // namespace holdup::core
