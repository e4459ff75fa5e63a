#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/power/rack.hpp"

// One contact as its wires show it: the relay's travel and bounce between the supply's word and the edge, and what disturbs the wires.
// World moves it and takes its edges; the same seed bounces the same way.
namespace hwsim::power {

using ground::Duration;
using ground::Instant;

enum class Disturbance : std::uint8_t {
  eft,      // bursts of false pulses, as IEC 61000-4-4 has them: 75 of them at 5 kHz within 15 ms, a burst each 300 ms unless told
  chatter,  // opens and closes without end, each 60 ms unless told
  welded,   // stays as it is
  broken,   // the common wire is cut: open, on both sides
};
inline constexpr std::size_t disturbances = 4;

struct Edge {
  std::size_t contact = 0;  // index into Rack::contacts
  Instant at{};
  bool closed = false;  // see Sense
  bool pair = false;    // the other side of a change-over
};

class ContactFront {
 public:
  ContactFront(const Contact& contact, std::size_t index, bool closed, std::uint64_t seed);

  /// The word it carries became this.
  void move(bool closed, Instant now);
  void begin(Disturbance kind, std::optional<Duration> period, Instant now);
  /// One kind, or all.
  void end(std::optional<Disturbance> kind);
  /// When a wire moves next by itself.
  [[nodiscard]] std::optional<Instant> next() const;
  /// Takes what is due at `now`, and tells what it changed.
  void settle(Instant now, std::vector<Edge>& edges);

  [[nodiscard]] bool closed() const { return shown_[0]; }
  [[nodiscard]] bool pair_closed() const { return shown_[1]; }
  [[nodiscard]] std::uint64_t edges() const { return edges_; }

 private:
  struct Touch {
    Instant at;
    std::size_t side;
    bool closed;
  };
  struct Laid {
    bool on = false;
    Duration period{};
    Instant since{};
  };

  void touch(Instant at, std::size_t side, bool closed, unsigned repeats);
  [[nodiscard]] Duration jittered();
  [[nodiscard]] const Laid& laid(Disturbance kind) const { return laid_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] bool shows(std::size_t side, Instant now) const;

  Relay relay_;
  std::size_t index_;
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
  std::size_t sides_;
  std::deque<Touch> coming_;       // by time
  std::array<bool, 2> touches_{};  // own side, pair
  std::array<bool, 2> shown_{};    // with what disturbs them
  std::array<bool, 2> welded_to_{};
  std::array<Laid, disturbances> laid_{};
  Instant settled_{};
  std::uint64_t edges_ = 0;
};

}  // namespace hwsim::power
