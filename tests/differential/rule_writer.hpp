#pragma once

#include <string>

#include "tests/differential/choices.hpp"

// Writes alerting rules along the language's grammar, over the series of sample_log.hpp: every construct of tiers 1 and 2 that a rule may
// have.
namespace holdup::differential {

class RuleWriter {
 public:
  /// `debian`: only what Prometheus 2.42 knows and reckons alike.
  RuleWriter(Choices& choices, bool debian) : choices_{choices}, debian_{debian} {}

  /// A rule file with one group of one to three rules.
  [[nodiscard]] std::string file();
  [[nodiscard]] std::string vector(int depth);

 private:
  [[nodiscard]] std::string rule(std::size_t index);
  [[nodiscard]] std::string condition();
  [[nodiscard]] std::string limited();
  [[nodiscard]] std::string far_from_limit();
  [[nodiscard]] std::string scalar(int depth);
  [[nodiscard]] std::string selector();
  [[nodiscard]] std::string range(int depth);
  [[nodiscard]] std::string window();
  [[nodiscard]] std::string offset();
  [[nodiscard]] std::string number();
  [[nodiscard]] std::string labels();
  [[nodiscard]] std::string matching(bool may_group);
  [[nodiscard]] std::string aggregation(int depth);
  [[nodiscard]] std::string over_time(int depth);
  [[nodiscard]] std::string of_rises(const std::string& function, int depth);
  [[nodiscard]] std::string binary(int depth);
  [[nodiscard]] std::string call(int depth);
  [[nodiscard]] std::string histogram(int depth);

  Choices& choices_;
  bool debian_;
};

}  // namespace holdup::differential
