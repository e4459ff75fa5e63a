#pragma once

#include <string>

#include "ground/instant.hpp"

// How far long work has come: one line on standard error that is written over, at a terminal and after a second. Used by verbs that read
// whole files.
namespace holdup::cli {

class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Takes the line away.
  ~Progress();

  /// Whether there is something to show now: ask first where the text is costly.
  [[nodiscard]] bool due();
  void show(const std::string& text);

 private:
  bool terminal_ = false;
  bool shown_ = false;
  ground::Instant next_{};
};

}  // namespace holdup::cli
