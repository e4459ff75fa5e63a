#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "store/journal_run.hpp"

// The journal's rows as a Reader sees them: what is in no chunk of some pack yet, decoded once and kept between calls where it is not
// large. Used by Session.
namespace holdup::store {

class Session;
struct Span;

class JournalTail {
 public:
  using Visit = std::function<void(std::int64_t seq, const codec::JournalBatch& batch)>;

  /// Every poll reply of the span after `sealed`, and others, in order of recording. Within a snapshot. Rows that cannot be read are noted
  /// and left out.
  void visit(Session& session, std::int64_t sealed, Span span, const Visit& visit);

 private:
  struct Row {
    std::int64_t seq = 0;
    std::vector<codec::JournalBatch> batches;
    std::int64_t from_ms = std::numeric_limits<std::int64_t>::max(), to_ms = std::numeric_limits<std::int64_t>::min();
  };
  void refresh(Session& session);
  void stream(Session& session, std::int64_t after, const Visit& visit);

  std::deque<Row> rows_;
  std::optional<JournalRun> run_;  // stands after last_
  std::int64_t last_ = 0;
  std::size_t samples_ = 0;
  bool large_ = false;  // more than is kept: decoded anew each time
};

/// The first row where a reader may begin: what is before it is in chunks, or lost.
[[nodiscard]] std::optional<std::int64_t> first_key_row(Session& session);
/// The newest such row at or before `seq`; without one, the first there is; without any, 0.
[[nodiscard]] std::int64_t key_row_before(Session& session, std::int64_t seq);

/// Where to begin, and after which row something is wanted: what cannot be read before that is no loss.
struct JournalPart {
  std::int64_t from = 0;
  std::int64_t wanted_after = 0;
};
/// The wanted rows that can be decoded, until `row` says that it is enough. After a damaged one, from the next key row on. False when one
/// could not be read.
using EachRow = std::function<bool(std::int64_t seq, std::vector<codec::JournalBatch> batches)>;
bool read_journal(Session& session, JournalRun& run, JournalPart part, const EachRow& row);

}  // namespace holdup::store
