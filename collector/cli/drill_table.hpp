#pragma once

#include <string>
#include <vector>

#include "collector/drill/drill.hpp"

// What drills said, a line a scenario: the first word and what it came to, each with its strength and how long after the step that brought
// it about. Printed by the run, never by hand.
namespace holdup::cli {

class DrillTable {
 public:
  /// `clean`: how many of the runs over a restless network were.
  void add(const std::string& scenario, const std::vector<hwsim::scenario::Step>& timeline, const drill::Transcript& transcript,
           int clean);
  /// As Markdown; false when the file cannot be written.
  [[nodiscard]] bool write(const std::string& file, unsigned seeds) const;

 private:
  struct Said {
    std::string what = "–", strength, after;
  };
  struct Row {
    std::string scenario;
    Said first, last;
    int clean = 0;
  };
  [[nodiscard]] static Said said(const record::Event& event, ground::Instant since);

  std::vector<Row> rows_;
};

}  // namespace holdup::cli
