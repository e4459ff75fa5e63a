#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "collector/core/machine.hpp"

// A loss comes after months in which nothing ran through what tells it: the processor's caches hold none of that any more, and fetching it
// takes longer than running it. So a loss is played all the time, on a small rack of its own; nothing of it leaves here.
namespace holdup::core {

class Rehearsal {
 public:
  static constexpr ground::Duration every = std::chrono::milliseconds{80};

  Rehearsal() { begin(); }
  /// A loss, seen by a reading, a trap, or a contact in turn, and its end. What was told is to be dropped.
  std::vector<Post> play();

 private:
  void begin();
  void lose();
  void be_well(ground::Duration later);
  void hear(site::Index device, std::initializer_list<double> values);
  void sense(bool ok);
  void step(Input input);

  std::optional<Machine> machine_;
  incident::Moment moment_;  // the play's own
  unsigned losses_ = 0;
  std::vector<Post> told_;
};

}  // namespace holdup::core
