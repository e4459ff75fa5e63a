#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/drill/drill.hpp"
#include "world/history.hpp"

// Holds what the core says against what is true, step by step, and collects every lie. It knows the rules of evidence only from
// docs/verdicts.md: no false `proven`, no missed evidence, no early end, one cause one page. Used by the world tests.
namespace world {

class Inspector {
 public:
  /// `slowest` is the longest that any device takes to measure anew and to be asked again.
  Inspector(const hwsim::power::Rack& rack, const holdup::site::Site& site, Duration slowest)
      : site_{site}, history_{rack}, slowest_{slowest} {}

  void look(Instant now, const hwsim::scenario::Stage& stage, const holdup::core::Machine& machine, const holdup::core::Effects& effects);
  /// When the last step is done and all has been well for a while.
  void look_back(const std::vector<holdup::record::Event>& events);

  [[nodiscard]] const std::vector<std::string>& lies() const { return lies_; }

 private:
  struct Series {
    holdup::site::Index device = 0;
    holdup::reading::Meaning means{};
  };
  struct Saying {
    std::string strength, incident;
  };
  using Verdict = std::pair<std::string, std::string>;  // word, element
  struct Told {
    std::string incident;
    holdup::ground::Utc ends{};
  };

  void learn(const holdup::core::Effects& effects);
  void check(const holdup::record::Event& event);
  void check_absorbed(const holdup::record::Event& event);
  void leave(const std::string& incident);
  void check_proven(const holdup::record::Event& event);
  void check_probable(const holdup::record::Event& event);
  void check_end(const holdup::record::Event& event);
  void check_evidence(const holdup::core::Machine& machine, const holdup::core::Effects& effects);
  void check_posts(Instant now, const holdup::core::Effects& effects);
  void check_folded(const std::vector<holdup::record::Event>& events);
  void lie(const holdup::record::Event& event, const std::string& what);
  void lie(Instant at, const std::string& what);

  const holdup::site::Site& site_;
  History history_;
  Duration slowest_;
  std::map<std::uint32_t, Series> series_;
  std::map<holdup::site::Index, Instant> heard_;
  std::map<Verdict, Saying> open_;
  std::set<std::string> begun_, closed_;  // incidents
  std::uint64_t count_ = 0;
  std::map<std::string, Told> told_;  // by labels
  struct Left {
    std::string id, cause;
    std::set<Verdict> open;
    auto operator<=>(const Left&) const = default;
  };
  [[nodiscard]] static std::set<Left> left_of(const std::vector<holdup::incident::Incident>& incidents);
  std::set<Left> left_;  // what the machine holds open
  std::vector<std::string> lies_;
};

}  // namespace world
