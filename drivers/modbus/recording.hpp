#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "drivers/modbus/asker.hpp"

// A device's registers as a recording keeps them: `[ADDRESS]: 0xHHHH` a line, the same for functions 3 and 4. `holdup profile test` asks it
// in the device's place.
namespace holdup::modbus {

struct Recording {
  std::map<std::uint16_t, std::uint16_t> registers;
  std::size_t skipped = 0;  // lines that are neither registers, comments nor empty
};

[[nodiscard]] Recording parse_recording(std::string_view text);

class RecordedAsker final : public Asker {
 public:
  explicit RecordedAsker(Recording recording) : recording_{std::move(recording)} {}
  [[nodiscard]] boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) override;

 private:
  Recording recording_;
};

}  // namespace holdup::modbus
