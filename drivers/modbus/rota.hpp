#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/instant.hpp"

// Fairness among the units that share a connection: one that keeps silent gets a tenth of its time together with all others that do, and
// the rest is for those that answer. A unit that is alone has nobody to give way to. Pure. Used by Connection.
namespace holdup::modbus {

class Rota {
 public:
  using Instant = ground::Instant;
  using Duration = ground::Duration;

  void asked(std::uint8_t unit, Instant now);
  void answered(std::uint8_t unit, Duration took, Instant now);
  /// An answer to a question that had been given up: it lives.
  void answered_late(std::uint8_t unit, Instant now);
  /// It did not answer in time; `held`: for how long it kept others from being asked.
  void silent(std::uint8_t unit, Duration held, Instant now);
  /// Its gateway says, in time or late, that it does not answer: so long the gateway was at it. Of one that was not asked it says nothing.
  void unreachable(std::uint8_t unit, Instant now);
  /// Others go on before it has answered.
  void passed_over(Duration held, Instant now) { rest(held, now); }

  /// How long a question to it may keep others waiting: for ever, unless it was silent or was never heard.
  [[nodiscard]] Duration patience(std::uint8_t unit) const;
  /// Whether its turn may come now; that it wanted one is remembered.
  [[nodiscard]] bool may_ask(std::uint8_t unit, Instant now);
  /// Its turn comes by time only, not before this.
  [[nodiscard]] std::optional<Instant> rests_until(std::uint8_t unit) const;
  /// Of those that ever answered, each has been silent since.
  [[nodiscard]] bool nobody_answers() const;
  [[nodiscard]] bool shared() const { return units_.size() > 1; }

 private:
  struct Unit {
    std::uint8_t number = 0;
    bool heard = false;     // ever
    unsigned silences = 0;  // in a row
    Instant asked = Instant::min(), wanted = Instant::min();
    [[nodiscard]] bool lives() const { return heard && silences == 0; }
    [[nodiscard]] bool mute() const { return silences >= (heard ? 2u : 1u); }
  };
  [[nodiscard]] const Unit* find(std::uint8_t number) const;
  Unit& of(std::uint8_t number);
  [[nodiscard]] bool rests(const Unit& unit) const;
  void rest(Duration cost, Instant now);
  void rest_for(Duration time, Instant now);
  void note_delay(Instant now);

  std::vector<Unit> units_;                 // few
  Duration usual_{};                        // round trip: the longest of late, slowly forgotten
  Instant rests_until_ = Instant::min();    // all that are mute
  std::optional<Instant> delayed_since_{};  // others were asked behind a mute one, and none has answered yet
  bool behind_mute_ = false;
};

}  // namespace holdup::modbus
