#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "drivers/modbus/question.hpp"
#include "drivers/modbus/rtu/overheard.hpp"

// What was overheard of the units that are of interest, with the times it was heard: a listener's stand-in for asking. What nobody asked
// for is not heard, which says nothing of the unit; what the master asks for no more grows old. Pure. Used by Tap.
namespace holdup::rtu {

class Image {
 public:
  /// Keeps what is heard of the unit from now on.
  void watch(std::uint8_t unit) { (void)units_[unit]; }
  /// Whether it is of a unit that is watched.
  bool take(Overheard heard);

  enum class Ear : std::uint8_t {
    told,
    unheard,   // the unit is heard, and the master does not ask it for this, or no more
    learning,  // the unit is heard, and what the master asks it for is not known yet
    silent,    // nothing of the unit, or nothing since long
  };
  struct Told {
    Ear ear;
    modbus::Exchange exchange = {};  // when told: from the question of the oldest value in it to the answer with the newest
  };
  [[nodiscard]] Told tell(const modbus::Question& question, ground::Instant now) const;

 private:
  struct Key {
    modbus::Function function;
    std::uint16_t address, count;
    auto operator<=>(const Key&) const = default;
  };
  struct Heard {
    modbus::Answer answer;
    ground::Instant asked{}, answered{};
    std::optional<ground::Duration> interval{}, last{};  // between two hearings: the longest of late, the last one
    void again(ground::Duration since, bool was_fresh);
    [[nodiscard]] bool fresh(ground::Instant now) const;
  };
  struct Unit {
    std::map<Key, Heard> heard;
    bool cycle = false;  // a question came again: by then the master had been through what it asks
  };

  [[nodiscard]] static std::optional<modbus::Exchange> assemble(const Unit& unit, const Key& key, ground::Instant now);

  std::map<std::uint8_t, Unit> units_;
};

}  // namespace holdup::rtu
