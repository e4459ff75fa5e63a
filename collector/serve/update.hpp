#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/forward/figures.hpp"
#include "ground/histogram.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"
#include "store/store.hpp"

// What the loop tells the serve thread: copies of the core's effects, and its own figures. Made by `run`, taken by Server.
namespace holdup::serve {

/// The daemon's own figures since its start. Totals, so that a lost copy loses nothing.
struct OwnFigures {
  ground::Histogram poll;                        // a request's round trip
  ground::Histogram detect;                      // evidence in hand → alert handed over
  ground::Histogram loop_turn;                   // one turn of the loop
  ground::Histogram store_commit;                // one transaction with its sync
  std::optional<store::Standing> store;          // nothing: there is none
  std::map<std::string, std::uint64_t> dropped;  // by what: "samples", "strays", "alerts"
  std::string control_socket;                    // where local people ask; empty: nowhere
  std::string traps_endpoint;                    // where traps are heard; empty: nowhere
  std::vector<forward::Figures> forward;         // by target
  std::uint64_t contact_edges = 0;
  std::uint64_t traps_received = 0, informs_acknowledged = 0;
  std::uint64_t trap_reports_sent = 0;                  // SNMPv3's discovery and refusals of informs
  std::map<std::size_t, std::string> rule_errors = {};  // by the rule's place: what its last evaluation failed with
};

struct Update {
  std::vector<core::Known> known;
  std::vector<core::Rhythm> rhythms;
  std::vector<record::Batch> batches;
  std::vector<record::Event> events;  // as said, not durable yet
  std::vector<core::Warning> warnings;
  std::shared_ptr<const rules::RuleSet> rules = {};  // as in core::Effects
  std::vector<core::RuleAlert> rule_alerts = {};
  std::optional<OwnFigures> figures;  // once a second is enough
};

}  // namespace holdup::serve
