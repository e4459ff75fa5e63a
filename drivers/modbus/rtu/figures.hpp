#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "drivers/modbus/rtu/unasked.hpp"

// What happened on a line, or a stream of RTU frames, since its first device was made. Its thread counts, the loop reads: it outlives both.
namespace holdup::rtu {

struct Figures {
  using Count = std::atomic<std::uint64_t>;

  Count requests{0}, answers{0}, exceptions{0};
  Count timeouts{0};
  Count crc_errors{0};   // answers whose CRC is wrong
  Count wrong_unit{0};   // questions that another unit answered
  Count disagreeing{0};  // answers to something else than was asked
  Count echoes{0};       // requests that the line's own transceiver heard
  Count late{0};         // answers to questions given up before
  Count strays{0};       // bytes of nothing
  Count outdated{0};     // questions that waited past their deadline: not sent
  Count opens{0}, open_failures{0};
  Count lost{0};       // hung up, unplugged
  Count busy_ns{0};    // from a request's first bit to its answer's last, or until it was given up
  Count overheard{0};  // by a tap: questions with their answers

  /// Of what came while nothing was asked.
  void add(const Unasked::Tally& tally) {
    late += tally.late;
    strays += tally.strays;
  }
  /// Under names of holdup_dropped_total: "modbus_rtu_timeouts", "modbus_rtu_crc_errors"…
  void add_dropped(std::map<std::string, std::uint64_t>& dropped) const;
};

}  // namespace holdup::rtu
