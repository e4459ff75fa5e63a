#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "collector/drill/drill.hpp"

// What rules warned of before something failed, a line a rule and a wear, and whether they kept silent while all was well. Printed by the
// run, never by hand.
namespace holdup::cli {

class PrefailureTable {
 public:
  void add(const std::string& scenario, const drill::DrillPlan& plan, const drill::Transcript& transcript);
  /// As Markdown; false when the file cannot be written. `command` is what prints it.
  [[nodiscard]] bool write(const std::string& file, const std::string& command) const;

 private:
  struct Rule {
    std::string name, kind, file;  // kind: alert, ticket, audit; or its severity where it says none
  };
  struct Course {
    std::string scenario, trouble;  // empty: all is well
    std::string of, fails;
    double days = 0, since = 0, failed = -1;  // days since the start; failed below 0: it did not
    std::vector<drill::Fired> about, beside;  // what rules fired of the troubled once it is, of all else or before
    [[nodiscard]] bool is_before_failure(const drill::Fired& fired) const;
    [[nodiscard]] std::string when(const drill::Fired& fired) const;
    [[nodiscard]] std::string failure() const;
  };
  void take_rules(const drill::DrillPlan& plan);
  void write_rules(std::ostream& out) const;
  void write_courses(std::ostream& out) const;
  [[nodiscard]] std::size_t healthy_alerts(const std::string& rule) const;

  std::vector<Rule> rules_;
  std::vector<Course> courses_;
};

}  // namespace holdup::cli
