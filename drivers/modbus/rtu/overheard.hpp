#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/modbus/rtu/frame.hpp"

// What a listener makes of a line where another master asks: both directions come on one pair, unmarked, and pauses say little behind USB
// and ptys, so that frames are told by length and CRC alone. Pure. Used by Tap; fed with strangers' bytes by the tests.
namespace holdup::rtu {

/// A question of the line's master with the unit's answer.
struct Overheard {
  modbus::Question question;
  modbus::Answer answer;
  ground::Instant asked{}, answered{};  // ends of their frames, as far as the adapter told
};

class Eavesdropper {
 public:
  /// Takes what came; what became whole by it is appended to `out`.
  void take(Bytes bytes, ground::Instant now, std::vector<Overheard>& out);
  /// The line was lost, or changed hands: nothing that was begun goes on.
  void forget();
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }  // bytes of no frame

 private:
  struct Pending {
    modbus::Question question;
    std::vector<std::uint8_t> bytes;
    ground::Instant at{};
  };

  struct RuledOut {  // what no frame begins as, here
    bool answer = false, request = false;
  };
  struct Beginning {
    bool answer, request;
  };

  Beginning look(std::size_t at);
  bool take_frame(ground::Instant now, std::vector<Overheard>& out);
  bool take_answer(Bytes rest, ground::Instant now, std::vector<Overheard>& out);
  [[nodiscard]] bool may_be_older(const modbus::Question& asked, const modbus::Answer& answer, ground::Instant now) const;
  void take_request(Bytes rest, ground::Instant now);
  void drop_front(std::size_t bytes);

  std::vector<std::uint8_t> buffer_;
  std::vector<RuledOut> ruled_out_;  // of each byte of it
  std::optional<Pending> pending_;   // asked last, not answered yet
  std::optional<Pending> given_up_;  // asked before that, not answered: its answer may still come
  std::uint64_t skipped_ = 0;
};

}  // namespace holdup::rtu
