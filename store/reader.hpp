#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "ground/quality.hpp"
#include "ground/result.hpp"
#include "store/record/audit.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// Reads a store file, running daemon or not: the fold at start, the query worker, `--store FILE`. Each Reader belongs to one thread;
// each call sees what is durable: short ones one consistent state, long ones a newer one each second, so that the write-ahead log can
// shrink. What is damaged costs only itself: calls leave it out and take_flaws() names it. Failures: refused = no store or a newer one,
// malformed = nothing can be read, machine.
namespace holdup::store {

struct StoredEvent {
  std::int64_t seq = 0;  // order of recording, counted by the file, from 1
  record::Event event;
};

struct StoredSeries {
  std::int64_t row = 0;  // valid for this file
  record::Series series;
};

struct Point {
  ground::Utc time{};  // to the millisecond
  double value = 0;
  ground::Quality quality = ground::Quality::good;
  ground::Duration age{};  // of the measurement at that time
};

/// The good samples of [time, time + resolution); a span without any has no bucket.
struct Bucket {
  ground::Utc time{};  // a multiple of the resolution since 1970
  std::uint64_t count = 0;
  double min = 0, max = 0, mean = 0, last = 0;
};

/// Of one series, in order of recording.
struct Recorded {
  std::int64_t series = 0;  // row
  std::vector<Point> points;
};
/// What was recorded in (after, to]: everything of it that is still kept.
struct Slice {
  std::int64_t to = 0;
  bool complete = true;  // else some of it was deleted, by age, or is damaged
  std::vector<Recorded> recorded;
};

struct StoredAudit {
  std::int64_t seq = 0;
  record::Audit record;
};

/// What is wrong with a file, block by block.
struct Flaw {
  std::string where;  // "chunk 17", "event 3"
  std::string what;
};

/// Both ends belong to it.
struct Range {
  ground::Utc from{};
  ground::Utc to{};
};

class Session;

class Reader {
 public:
  [[nodiscard]] static ground::Result<Reader> open(const std::string& path);
  /// Of a file set aside: reads on where the size or the header is wrong, until it meets the damage.
  [[nodiscard]] static ground::Result<Reader> open_damaged(const std::string& path);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  /// What was found damaged, and left out, since this was asked last.
  [[nodiscard]] std::vector<Flaw> take_flaws();
  /// How long one state of the file is held; a second unless told.
  void set_slice(ground::Duration slice);

  /// The events after `seq` (0: from the first), oldest first, at most `limit`: a slice.
  [[nodiscard]] ground::Result<std::vector<StoredEvent>> events(std::int64_t after_seq, std::size_t limit);
  /// The events of one incident, oldest first.
  [[nodiscard]] ground::Result<std::vector<StoredEvent>> incident(std::string_view id);
  /// Where an event stands, to go on after it; nothing when it is not here.
  [[nodiscard]] ground::Result<std::optional<std::int64_t>> seq_of(std::string_view event_id);
  /// The newest event's; 0 when there is none.
  [[nodiscard]] ground::Result<std::int64_t> last_seq();

  /// The series with this name (empty: any) and all these labels, by row.
  [[nodiscard]] ground::Result<std::vector<StoredSeries>> series(std::string_view name, const std::vector<record::Label>& labels);
  /// One series' points, oldest first; those of one moment in order of recording.
  [[nodiscard]] ground::Result<std::vector<Point>> range(std::int64_t series_row, Range range);
  /// The same from range.from on until there are so many points, or no more: range.from is then behind what was read, at last behind
  /// range.to.
  [[nodiscard]] ground::Result<std::vector<Point>> range_slice(std::int64_t series_row, Range& range, std::size_t points);
  /// The same into what has room already; what was in it is gone.
  [[nodiscard]] ground::Result<void> range_slice(std::int64_t series_row, Range& range, std::size_t points, std::vector<Point>& out);
  /// For each row the newest point in (at - lookback, at], or nothing.
  [[nodiscard]] ground::Result<std::vector<std::optional<Point>>> instant(std::span<const std::int64_t> rows, ground::Utc at,
                                                                          ground::Duration lookback);

  /// From hour or minute summaries where the resolution is a multiple of these, else from the samples; what is not summed up yet from
  /// these too. Whole buckets: all that touch the range. `resolution`: whole milliseconds.
  [[nodiscard]] ground::Result<std::vector<Bucket>> buckets(std::int64_t series_row, Range range, ground::Duration resolution);

  /// The same in slices, as range_slice().
  [[nodiscard]] ground::Result<std::vector<Bucket>> bucket_slice(std::int64_t series_row, Range& range, ground::Duration resolution,
                                                                 std::size_t buckets);

  /// By order of recording, for those who pass samples on: of all series what came after `seq` (0: the first), in a slice of some
  /// `samples`, never less than one commit. slice.to = seq when nothing came.
  [[nodiscard]] ground::Result<Slice> recorded(std::int64_t after_seq, std::size_t samples);
  /// seq of the newest commit with samples; 0 when there is none.
  [[nodiscard]] ground::Result<std::int64_t> last_recorded();
  [[nodiscard]] ground::Result<StoredSeries> series_at(std::int64_t row);

  [[nodiscard]] ground::Result<std::vector<StoredAudit>> audit(std::int64_t after_seq, std::size_t limit);
  /// The first record that does not follow from the one before; nothing when the chain holds.
  [[nodiscard]] ground::Result<std::optional<Flaw>> verify_audit();

  [[nodiscard]] ground::Result<std::optional<std::vector<std::uint8_t>>> blob(std::string_view kind, std::string_view key);
  [[nodiscard]] ground::Result<std::optional<std::int64_t>> cursor(std::string_view name);

 private:
  explicit Reader(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace holdup::store
