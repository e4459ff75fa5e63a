#pragma once

#include <functional>
#include <string>
#include <string_view>

// Prometheus' language of evaluation tests: `load` series, `eval` expressions at instants or over ranges, compare. Used by promqltest.
namespace holdup::promqltest {

struct Outcome {
  enum class Kind { pass, fail, skip };
  Kind kind = Kind::pass;
  int line = 0;
  std::string why;
};

/// Each eval's outcome in the file's order. What cannot be read is an outcome, too.
void run(std::string_view text, const std::function<void(const Outcome&)>& take);

}  // namespace holdup::promqltest
