#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/forward/answer.hpp"
#include "collector/forward/figures.hpp"
#include "collector/forward/request.hpp"
#include "collector/forward/shaper.hpp"
#include "collector/forward/source.hpp"
#include "collector/forward/target.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// What one target is sent next, and what its answers mean: slices of the store behind a durable cursor, one request under way, put
// again until it is taken; what is refused for good is halved until only what is wrong in it is set aside. No clock, no socket:
// Forwarder drives it.
namespace holdup::forward {

struct Note {
  bool grave = false;
  std::string text;  // one line for the log
};

class Pump {
 public:
  struct Limits {
    ground::Duration first_pause = std::chrono::milliseconds{30};  // doubles with each failure
    ground::Duration usual_pause = std::chrono::seconds{5};        // … up to this
    ground::Duration long_pause = std::chrono::seconds{30};        // … and up to this after
    ground::Duration long_failure = std::chrono::minutes{2};
    ground::Duration longest_wish = std::chrono::minutes{10};    // of what Retry-After is heard
    ground::Duration look = std::chrono::milliseconds{250};      // for what was recorded
    std::size_t undurable = 30'000;                              // samples ahead of the durable cursor: what a crash may repeat
    ground::Duration undurable_wait = std::chrono::seconds{10};  // a store that cannot write must not stop us
    std::size_t refusals = 64;                                   // single samples in a row, before what is refused is set aside unhalved
  };
  /// Post this, or come again at `until`.
  struct Move {
    std::optional<std::string> post;
    ground::Instant until{};
  };

  Pump(const Target& target, Source& source, Limits limits);
  Pump(const Target& target, Source& source) : Pump{target, source, Limits{}} {}

  /// Finds where to go on. Before anything is recorded in this run, or a new target misses what comes in between; else with next().
  void begin();
  [[nodiscard]] Move next(ground::Instant now);
  /// To the last post.
  void answered(const ground::Result<Answer>& answer, ground::Instant now);

  [[nodiscard]] Figures figures() const;
  [[nodiscard]] std::vector<Note> take_notes() { return std::exchange(notes_, {}); }

 private:
  struct Piece {
    std::vector<Passage> passages;
    std::size_t samples = 0;
    std::string body;  // made when it is its turn
  };
  enum class Read : std::uint8_t { something, nothing, failed };

  [[nodiscard]] std::string cursor_name() const { return "forward/" + target_.name; }
  void remember();
  void begin_anew();
  [[nodiscard]] Read read();
  [[nodiscard]] bool may_read(ground::Instant now);
  void cut(std::vector<Passage> passages);
  void finish_slice();
  void taken();
  void refused(const Answer& answer);
  void put_again(const ground::Result<Answer>& answer, ground::Instant now);
  void set_aside(const Piece& piece, const Answer& answer);
  void halve(Piece piece);
  void note(bool grave, std::string text);

  const Target target_;
  Source& source_;
  const Limits limits_;
  Shaper shaper_;
  bool begun_ = false, remembered_ = false;
  std::uint64_t file_ = 0;
  std::int64_t position_ = 0;  // all up to here was taken or set aside

  std::optional<std::int64_t> slice_to_;  // of the slice at hand
  std::deque<Piece> pieces_;              // … and what of it is not yet taken, in order
  std::optional<std::int64_t> oldest_ms_, newest_ms_;
  bool behind_ = false;  // more is recorded than the slice at hand

  std::deque<std::pair<std::int64_t, std::size_t>> ahead_;  // finished slices that the durable cursor has not passed
  std::size_t ahead_samples_ = 0, undurable_ = 0;
  std::optional<ground::Instant> waits_since_;  // for the durable cursor

  std::uint64_t seed_;     // of what spreads the pauses
  unsigned failures_ = 0;  // in a row
  std::optional<ground::Instant> failing_since_;
  ground::Instant pause_until_{};
  std::size_t refusals_ = 0, order_refusals_ = 0;  // of single samples in a row
  std::uint64_t slice_set_aside_ = 0;
  std::string slice_why_;
  bool store_trouble_ = false;

  Figures figures_;
  std::vector<Note> notes_;
};

}  // namespace holdup::forward
