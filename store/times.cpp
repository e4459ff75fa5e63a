#include "store/times.hpp"

#include "store/bounds.hpp"
#include "store/codec/frame.hpp"

namespace holdup::store {

ground::Result<codec::Times> times_of(const codec::ChunkReader& chunk, std::size_t block) {
  auto times = chunk.times(block);
  if (times && !(are_ms(times->utc_ms) && are_ms(times->age_ms))) return codec::malformed("the times of a block are beyond all clocks");
  return times;
}

}  // namespace holdup::store
