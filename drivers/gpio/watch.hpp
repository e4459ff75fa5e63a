#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/gpio/lines.hpp"
#include "ground/instant.hpp"

namespace boost::asio {
class io_context;
}

// Keeps an eye on some lines of one chip: their state when it opens, every edge with the kernel's stamp, their state again after every
// edge that may have been dropped and once a second besides. A chip that goes is told, and opened again when it comes; a line that another
// program holds is asked for again, ever more seldom. On the loop, in bounded turns. collector/poll holds one a chip.
namespace holdup::gpio {

struct Told {
  enum class Kind : std::uint8_t {
    state,  // as found when the line was opened: since when is not known
    edge,   // with the kernel's stamp
    seen,   // the level differs from the last edge's: the edge between was lost
    gone,   // the line cannot be read: not yet, or not any more
  };
  Kind kind = Kind::state;
  std::size_t wish = 0;
  bool active = false;  // nothing, when gone
  ground::Instant at{};
  ground::Duration uncertainty{};  // at − uncertainty … at
};

struct Counters {
  std::uint64_t edges = 0;
  std::uint64_t lost = 0;        // that the kernel says it dropped
  std::uint64_t maybe_lost = 0;  // times its queue was full
  std::uint64_t seen = 0;        // levels that no edge had told
  std::uint64_t openings = 0;
};

class Watch {
 public:
  /// What one turn brought, oldest first, on the loop; never from within start().
  using Hear = std::function<void(std::vector<Told>)>;
  /// What a person should know: the chip or a line cannot be had, or is back. Each once.
  using Say = std::function<void(const std::string&)>;
  struct Ears {
    Hear hear;
    Say say;
  };

  Watch(boost::asio::io_context& loop, std::string chip, std::vector<Wish> wishes, Ears ears);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  [[nodiscard]] const Counters& counters() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared only with a wait that has completed while the watch went
};

}  // namespace holdup::gpio
