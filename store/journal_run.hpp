#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/result.hpp"
#include "store/codec/journal.hpp"

// The rows of the journal one after the other, of a file that may be damaged: each row but a key row follows from the one whose number is
// one less. Pure.
namespace holdup::store {

class JournalRun {
 public:
  /// malformed: its bytes, its number or its times are damaged, or it follows from a row that is, or that is not there. The next key row
  /// can be read then.
  [[nodiscard]] ground::Result<std::vector<codec::JournalBatch>> read(std::int64_t seq, codec::BytesView body);

 private:
  codec::JournalReader reader_;
  std::optional<std::int64_t> next_;  // what a row that follows has
};

}  // namespace holdup::store
