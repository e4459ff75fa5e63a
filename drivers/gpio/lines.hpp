#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"

// Input lines of one GPIO chip, asked for together: edges with the kernel's stamps, and levels. One face for libgpiod 1.6 (lines_v1.cpp)
// and 2.x (lines_v2.cpp), whichever the system has. Watch uses it. It never waits, and no line is ever an output.
namespace holdup::gpio {

enum class Bias : std::uint8_t { as_is, disabled, pull_up, pull_down };

struct Wish {
  std::string line;  // its number on the chip, or its name
  bool active_low = false;
  Bias bias = Bias::as_is;
  ground::Duration debounce{};  // the kernel's own, where it has one (uAPI v2); 0: none
};

struct Edge {
  std::size_t wish = 0;
  bool active = false;  // the level after it
  ground::Instant at{};
};

struct Taken {
  std::vector<Edge> edges;  // oldest first
  std::uint64_t lost = 0;   // edges that the kernel is known to have dropped
  bool maybe_lost = false;  // or it cannot tell, and its queue was full
};

class Lines {
 public:
  /// `chip`: "gpiochip0", its label, or a path. Fails when there is no such chip; a single line that cannot be had stands in failures().
  [[nodiscard]] static ground::Result<Lines> request(const std::string& chip, std::span<const Wish> wishes);
  Lines(Lines&&) noexcept;
  Lines& operator=(Lines&&) noexcept;
  ~Lines();

  /// By wish; nothing: the line is ours.
  [[nodiscard]] const std::vector<std::optional<ground::Failure>>& failures() const;
  /// Asks again for the lines that are not ours; true when one of them is now. Those that we had stay as they are.
  [[nodiscard]] bool ask_again();
  /// Readable when edges wait: one for all lines (uAPI v2), and one for each that came later, or one a line (v1).
  [[nodiscard]] std::vector<int> descriptors() const;
  /// What waits at the descriptor. A failure means that the chip is gone.
  [[nodiscard]] ground::Result<Taken> take(int descriptor);
  /// By wish, as it is now: true is active. A failure means that the chip is gone. False for lines that are not ours.
  [[nodiscard]] ground::Result<std::vector<bool>> levels();

  struct State;

 private:
  explicit Lines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdup::gpio
