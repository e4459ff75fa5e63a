#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/drill/drill.hpp"
#include "world/history.hpp"

// Holds what the core says against what is true, step by step, and collects every lie. It knows the rules of evidence only from
// docs/verdicts.md: no false `proven`, no missed evidence, no early end, one cause one page, nothing forgotten over a start. Used by the
// world tests.
namespace world {

/// What the inspector has to know of a world before it begins.
struct Terms {
  Duration slowest{};           // the longest that any device takes to measure anew and to be asked again
  std::set<std::string> liars;  // "device/pdu-a1", "contact/c-load1-1"
  bool one_cause = false;       // one failure, and nothing else
  std::vector<Instant> steps;   // when the timeline changes the world
  std::vector<holdup::drill::Mishap> mishaps;
};

class Inspector {
 public:
  Inspector(const hwsim::power::Rack& rack, const holdup::site::Site& site, Terms terms);

  void look(Instant now, const hwsim::scenario::Stage& stage, const holdup::core::Machine& machine, const holdup::core::Effects& effects);
  /// When the last step is done and all has been well for a while.
  void look_back(const std::vector<holdup::record::Event>& events);

  [[nodiscard]] const std::vector<std::string>& lies() const { return lies_; }
  /// What was said as proven and was not so, by a liar's word that no good reading contradicted.
  [[nodiscard]] const std::vector<std::string>& believed() const { return believed_; }
  /// How many points the devices told of.
  [[nodiscard]] std::size_t points() const;

 private:
  using Event = holdup::record::Event;
  using Index = holdup::site::Index;
  using Meaning = holdup::reading::Meaning;
  struct Series {
    Index device = 0;
    Meaning means{};
    std::string index;
    Duration refresh{};
    std::optional<double> value = {};
    Instant at{}, changed{};  // of the value: when heard last, and first
  };
  struct Saying {
    std::string strength, incident;
    Instant since{}, from = Instant::max();  // said; and the earliest that it may be from
  };
  using Verdict = std::pair<std::string, std::string>;  // word, element
  struct Told {
    std::string incident;
    Instant ends{};
  };
  struct Left {
    std::string id, cause;
    std::set<Verdict> open;
    auto operator<=>(const Left&) const = default;
  };

  void learn(const holdup::core::Effects& effects);
  void take(const holdup::record::Sample& sample, Instant at);
  void lie(const Event& event, const std::string& what);
  void lie(Instant at, const std::string& what);

  // inspector_truth.cpp: verdict by verdict, against the model
  void check_proven(const Event& event);
  void check_true(const Event& event, const std::string& what);
  [[nodiscard]] Instant may_be_from(const Event& event);
  [[nodiscard]] bool fell_beside(const Event& event) const;
  [[nodiscard]] bool line_beside(const Event& event) const;
  [[nodiscard]] bool lost_below(const Event& event);
  [[nodiscard]] bool starts(const Event& event);
  void check_pattern(const Event& event);
  [[nodiscard]] bool path_follows(const Event& event) const;
  [[nodiscard]] bool path_speaks(Index silent, Instant since, std::optional<Index> but_on) const;
  [[nodiscard]] std::optional<Instant> silent_since(const Event& event, Index device) const;
  [[nodiscard]] std::string fed_below(const Event& event, Index pdu) const;
  void check_never(const Event& event);
  void check_end(const Event& event, const Saying& saying);
  [[nodiscard]] bool rests_on_liar(const Event& event) const;
  [[nodiscard]] std::string contradiction(const Event& event) const;

  // inspector_evidence.cpp: what was delivered, against what is said
  void check_evidence(const holdup::core::Machine& machine, const holdup::record::Batch& batch);
  [[nodiscard]] std::string evidence_of(const Series& series, const holdup::record::Batch& batch) const;
  [[nodiscard]] std::optional<holdup::ground::Element> suspect_of(const Series& series) const;
  [[nodiscard]] const Series* told(Index device, Meaning means, const std::string& index = {}) const;
  [[nodiscard]] bool reports(const Series& series, Index supply) const;
  [[nodiscard]] const Series* told_of(Index supply, Meaning means) const;
  [[nodiscard]] double dead_volts(Index device) const;
  [[nodiscard]] bool warming(Index device) const;
  [[nodiscard]] bool may_start(const Series& series, Instant at) const;
  [[nodiscard]] bool dark(Index device) const;

  // inspector_incidents.cpp: the events among themselves, the pages, and what a start remembers
  void check(const Event& event);
  void check_absorbed(const Event& event);
  void check_home(const Event& event);
  void check_consequence(const Event& event);
  void check_start(const holdup::core::Machine& machine, const holdup::core::Effects& effects);
  void check_apart(Instant now);
  void check_posts(Instant now, const holdup::core::Effects& effects);
  void check_one_cause(const std::vector<Event>& events);
  void check_folded(const std::vector<Event>& events);
  void leave(const std::string& incident);
  [[nodiscard]] bool related(const std::string& one, const std::string& other) const;
  [[nodiscard]] const std::vector<std::string>& chain(const std::string& element) const;
  [[nodiscard]] static std::set<Left> left_of(const std::vector<holdup::incident::Incident>& incidents);
  [[nodiscard]] static std::set<std::string> notices_of(const holdup::core::Machine& machine);

  const holdup::site::Site& site_;
  Terms terms_;
  History history_;
  Instant noted_ = Instant::min(), quiet_until_ = Instant::min();
  std::unordered_map<std::uint32_t, Series> series_;
  std::map<Index, std::size_t> points_;
  std::vector<Instant> heard_, back_, gone_;  // by device: last, since it was not for a while, and before that
  std::map<Verdict, Saying> open_;
  std::set<std::string> excused_;                // elements of what looked like a loss to everybody
  std::set<std::string> begun_, closed_;         // incidents
  std::map<std::string, std::uint64_t> counts_;  // of events, by boot
  std::map<std::string, Told> told_;             // by labels
  mutable std::map<std::string, std::vector<std::string>> chains_;
  std::optional<Instant> close_together_;  // since when two incidents of one branch stand side by side
  std::set<Left> left_;                    // what the machine holds open
  std::set<std::string> notices_;          // what people said, and it holds
  const holdup::core::Machine* machine_ = nullptr;
  bool blind_said_ = true;
  std::string boot_;
  std::vector<std::string> lies_, believed_;
};

}  // namespace world
