#pragma once

#include <cstdint>
#include <optional>

#include "store/journal_run.hpp"
#include "store/reader.hpp"

// Where those who pass samples on have come to in the journal, so that each slice goes on from the one before. Used by Session.
namespace holdup::store {

class JournalCursor {
 public:
  /// What the journal holds after `after`, some `samples` of it. Within a snapshot.
  [[nodiscard]] Slice read(Session& session, std::int64_t after, std::size_t samples);

 private:
  std::optional<JournalRun> run_;
  std::int64_t next_ = 0;  // the row that run_ reads next
};

}  // namespace holdup::store
