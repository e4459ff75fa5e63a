#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What is wrong with a file that a person wrote. All problems of a file are collected before any is reported.
namespace holdup::ground {

struct Problem {
  enum class Weight { error, warning };
  std::string file;
  int line = 0;      // 1-based; 0 when it concerns the whole file
  std::string key;   // dotted path: "loads.cab1.supplies.psu1.cord"
  std::string what;  // what is wrong
  std::string mend;  // what to write instead; may be empty
  Weight weight = Weight::error;

  /// "file:line: key: what; mend", without the line where there is none; fit for a terminal, whatever the file says
  [[nodiscard]] std::string text() const;
};

class Problems {
 public:
  void add(Problem problem) { all_.push_back(std::move(problem)); }
  [[nodiscard]] const std::vector<Problem>& all() const { return all_; }
  [[nodiscard]] std::size_t errors() const;
  [[nodiscard]] bool ok() const { return errors() == 0; }

 private:
  std::vector<Problem> all_;
};

}  // namespace holdup::ground
