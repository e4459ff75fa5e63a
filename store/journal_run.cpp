#include "store/journal_run.hpp"

#include <algorithm>
#include <utility>

#include "store/bounds.hpp"
#include "store/codec/frame.hpp"

namespace holdup::store {

ground::Result<std::vector<codec::JournalBatch>> JournalRun::read(std::int64_t seq, codec::BytesView body) {
  const bool follows = std::exchange(next_, std::nullopt) == seq;
  if (!is_seq(seq)) return codec::malformed("no row has such a number");
  const auto key = codec::JournalReader::is_key(body);
  if (!key) return key.error();
  if (!*key && !follows) return codec::malformed("it follows from a row that cannot be read");
  auto batches = reader_.read(body);
  if (!batches) return batches;
  const auto possible = [](const codec::JournalBatch& batch) { return is_ms(batch.utc_ms) && is_ms(batch.age_ms); };
  if (!std::ranges::all_of(*batches, possible)) return codec::malformed("its times are beyond all clocks");
  next_ = seq + 1;
  return batches;
}

}  // namespace holdup::store
