#include "store/codec/frame.hpp"
#include "store/reader/session.hpp"

// Reader: events, and what is kept by name.
namespace holdup::store {
namespace {

constexpr const char* damaged_sum = "its checksum does not fit";

/// Columns: seq, json, utc_ns, crc (NULL where the format has none).
std::optional<StoredEvent> event_of(Session& session, Use& row) {
  const auto seq = row.integer(0);
  const auto where = "event " + std::to_string(seq);
  if (!row.is_null(3) && row.integer(3) != codec::crc32(row.bytes(1))) return session.note(where, damaged_sum), std::nullopt;
  auto event = record::event_from_json(row.text(1));
  if (!event) return session.note(where, event.error().what), std::nullopt;
  if (!record::refine(*event, ground::Utc{ground::Duration{row.integer(2)}})) session.note(where, "its time is not that of its text");
  event->durable = true;
  return StoredEvent{seq, std::move(*event)};
}

std::vector<StoredEvent> events_of(Session& session, Use& find, std::size_t limit) {
  std::vector<StoredEvent> out;
  while (out.size() < limit && find.step())
    if (auto event = event_of(session, find)) out.push_back(std::move(*event));
  return out;
}

}  // namespace

ground::Result<std::vector<StoredEvent>> Reader::events(std::int64_t after_seq, std::size_t limit) {
  return guarded([&] {
    const char* sql = session_->events_have_crc() ? "SELECT seq, json, utc_ns, crc FROM event WHERE seq > ? ORDER BY seq"
                                                  : "SELECT seq, json, utc_ns, NULL FROM event WHERE seq > ? ORDER BY seq";
    Use find{*session_, sql, after_seq};
    return events_of(*session_, find, limit);
  });
}

ground::Result<std::vector<StoredEvent>> Reader::incident(std::string_view id) {
  return guarded([&] {
    const char* sql = session_->events_have_crc() ? "SELECT seq, json, utc_ns, crc FROM event WHERE incident = ? ORDER BY seq"
                                                  : "SELECT seq, json, utc_ns, NULL FROM event WHERE incident = ? ORDER BY seq";
    Use find{*session_, sql, std::string{id}};
    return events_of(*session_, find, std::string::npos);
  });
}

ground::Result<std::optional<std::int64_t>> Reader::seq_of(std::string_view event_id) {
  return guarded([&]() -> std::optional<std::int64_t> {
    Use find{*session_, "SELECT seq FROM event WHERE id = ?", std::string{event_id}};
    if (!find.step()) return std::nullopt;
    return find.integer(0);
  });
}

ground::Result<std::int64_t> Reader::last_seq() {
  return guarded([&] {
    Use find{*session_, "SELECT coalesce(max(seq), 0) FROM event"};
    return find.step() ? find.integer(0) : 0;
  });
}

ground::Result<std::optional<std::vector<std::uint8_t>>> Reader::blob(std::string_view kind, std::string_view key) {
  return guarded([&]() -> std::optional<std::vector<std::uint8_t>> {
    session_->expect_samples();
    Use find{*session_, "SELECT bytes, crc FROM blob WHERE kind = ? AND key = ?", std::string{kind}, std::string{key}};
    if (!find.step()) return std::nullopt;
    const auto bytes = find.bytes(0);
    if (find.integer(1) != codec::crc32(bytes)) throw DamagedRow{"blob " + std::string{kind} + "/" + std::string{key} + ": " + damaged_sum};
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  });
}

ground::Result<std::optional<std::int64_t>> Reader::cursor(std::string_view name) {
  return guarded([&]() -> std::optional<std::int64_t> {
    Use find{*session_, "SELECT position FROM cursor WHERE name = ?", std::string{name}};
    if (!find.step()) return std::nullopt;
    return find.integer(0);
  });
}

}  // namespace holdup::store
