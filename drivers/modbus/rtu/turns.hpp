#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "drivers/modbus/question.hpp"
#include "ground/instant.hpp"

// Whose question goes next on a line that carries one at a time, and how long its answer is waited for. RTU frames bear no number, so
// an answer that comes after its question was given up could pass for the next one's: Turns knows which answers a unit still owes. Pure.
// Used by LineWorker and Stream.
namespace holdup::rtu {

using ground::Duration;
using ground::Instant;

struct Waiting {
  std::uint64_t ticket = 0;
  modbus::Question question;
  Instant deadline{};
};

class Turns {
 public:
  struct Options {
    std::size_t most_waiting = 256;                           // a unit asks one question at a time, and there are 247
    Duration answer_time = std::chrono::seconds{1};           // a unit has so long, behind the time on the wire
    Duration first_answer = std::chrono::milliseconds{300};   // ... the first time that it is asked, while others wait
    Duration impatience = std::chrono::milliseconds{200};     // ... once it was silent twice, while others wait
    Duration owed_at_least = std::chrono::milliseconds{300};  // so long is a late answer to be reckoned with after it was given up ...
    Duration owed_at_most = std::chrono::seconds{1};          // ... and, of a unit that is slow, after it was asked
    Duration between_late = std::chrono::milliseconds{50};    // at least, from one late answer to the next
  };

  Turns() : Turns{Options{}} {}
  explicit Turns(Options options) : options_{options} {}

  /// False: too many wait.
  bool join(const Waiting& waiting);
  void leave(std::uint64_t ticket);
  /// Takes out the question that may go now: of the unit that was served longest ago. After a turn that was
  /// in vain those who are known to answer have the line for as long, if they want it.
  std::optional<Waiting> next(Instant now);
  /// When next() may have one; nothing while nobody waits.
  [[nodiscard]] std::optional<Instant> next_at(Instant now) const;
  /// Takes out those whose deadline has passed; how many.
  std::size_t drop_outdated(Instant now);

  /// Until when the answer to what leaves now is waited for; `on_wire`: question and answer take so long to be clocked.
  [[nodiscard]] Instant answer_by(const Waiting& asked, Instant sent, Duration on_wire) const;
  /// When the measurement may have been made at the earliest: the answer may be that to the same question, given up before.
  [[nodiscard]] Instant measured_since(const Waiting& asked, Instant sent) const;
  /// Whether something that fits the function may still come from the unit.
  [[nodiscard]] bool owes(const modbus::Question& question, Instant now) const;

  void answered(const Waiting& asked, Instant sent, Instant received);
  enum class Came : std::uint8_t { some, all };
  /// What came is unusable; `some`: and may have been noise, or an echo that noise fell into, so that the answer may still come.
  void spoilt(const Waiting& asked, Instant sent, Instant now, Came came);
  void silent(const Waiting& asked, Instant sent, Instant now);
  /// An answer to a question given up before.
  void came_late(std::uint8_t unit, modbus::Function function, Instant now);

 private:
  struct Owed {
    modbus::Question question;
    Instant since{}, until{};
    unsigned answers = 1;
  };
  struct Unit {
    std::uint64_t served = 0;  // by the count of all
    unsigned silent = 0;       // in a row
    Duration slowest{};        // of its answers, the older ones forgotten slowly
    std::map<modbus::Function, Owed> owed;
  };

  [[nodiscard]] const Owed* owed(const modbus::Question& question, Instant now) const;
  [[nodiscard]] bool may_go(const Waiting& waiting, Instant now) const;
  [[nodiscard]] bool answers(const Waiting& waiting) const;
  [[nodiscard]] Duration owed_for(const Unit& unit) const;
  void owe(Unit& unit, const Waiting& asked, Instant sent, Instant now);

  Options options_;
  std::vector<Waiting> waiting_;  // as they came
  std::map<std::uint8_t, Unit> units_;
  std::uint64_t served_ = 0;
  Instant vain_until_{};
};

}  // namespace holdup::rtu
