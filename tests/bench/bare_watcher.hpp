#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "child_program.hpp"
#include "ground/instant.hpp"

// The bare program that a bench holds holdup up to: limits/bare_watcher.cpp.
namespace holdup::bench {

class BareWatcher {
 public:
  struct Watch {
    std::string bin;  // the folder of bare-watcher
    std::string way;  // "trap"
    std::uint16_t listener;
    std::string element;
    std::vector<std::string> rest{};
  };
  BareWatcher(const Watch& watch, const std::string& log) : program_{{.words = words(watch), .log = log}} {}

  /// For the next loss, `phase` after each period begins.
  void watch(ground::Duration phase) { program_.tell(std::to_string(phase.count())); }
  [[nodiscard]] std::string line() { return program_.line(); }

 private:
  static std::vector<std::string> words(const Watch& watch) {
    std::vector<std::string> out{watch.bin + "/bare-watcher", watch.way, std::to_string(watch.listener), watch.element};
    out.insert(out.end(), watch.rest.begin(), watch.rest.end());
    return out;
  }

  ChildProgram program_;
};

}  // namespace holdup::bench
