#include "rack.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace holdup::store::fault {
namespace {

using ground::Quality;
using std::chrono::milliseconds;

constexpr std::int64_t first_ms = 1'738'368'000'000;  // 2025-02-01, past wherever the tests run
constexpr std::int64_t life_ms = 20'000'000;          // beyond the last batch of any life
constexpr std::int64_t step_ms = 10'000;
constexpr unsigned all_series = devices * series_a_device;

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

// Each fiftieth batch is late by three: its time lies between those of earlier ones.
std::int64_t time_of(unsigned life, std::size_t n) {
  const auto number = static_cast<std::int64_t>(n);
  const std::int64_t slot = n % 50 == 0 ? (number - 3) * step_ms + step_ms / 2 : number * step_ms;
  return first_ms + life * life_ms + slot + number * 7 % 5;
}

struct Origin {
  unsigned life = 0;
  std::size_t n = 0;
};

std::optional<Origin> origin_of(ground::Utc time) {
  const auto ms = std::chrono::floor<milliseconds>(time.time_since_epoch()).count() - first_ms;
  if (ms < 0) return std::nullopt;
  Origin out{static_cast<unsigned>(ms / life_ms), static_cast<std::size_t>(ms % life_ms / step_ms)};
  if (ms % life_ms % step_ms >= step_ms / 2) out.n += 3;
  if (out.n == 0 || time.time_since_epoch() != milliseconds{time_of(out.life, out.n)}) return std::nullopt;
  return out;
}

double value_of(unsigned life, std::size_t n, unsigned id) {
  const auto chance = mixed(life * 1'000'003ULL + n * 1009ULL + id);
  if (id % 12 == 3) return static_cast<double>(n / 16);                                     // a counter
  if (id % 12 == 7) return static_cast<double>(static_cast<float>(chance % 1000) / 10.0F);  // a device's 32 bits
  if (chance % 101 == 0) return std::numeric_limits<double>::quiet_NaN();
  if (chance % 103 == 0) return -0.0;
  if (id % 12 == 9) return std::bit_cast<double>((chance >> 12U) | 0x3FF0000000000000ULL);  // of no short decimal
  return static_cast<double>(2300 + static_cast<std::int64_t>(chance % 41) - 20) / 10.0;
}

Quality quality_of(std::size_t n, unsigned id) { return n % 64 > 60 && id % 5 == 0 ? Quality::stale : Quality::good; }

milliseconds age_of(std::size_t n) { return milliseconds{n % 7 * 40}; }

bool takes_part(std::size_t n, unsigned id) { return n % devices == 0 || n % devices == id % devices; }

record::Series series_of(unsigned id) {
  return {"rack_current_amperes", {{"device", "pdu-" + std::to_string(id % devices)}, {"index", std::to_string(id)}}};
}

void note(std::string& first, const std::string& what) {
  if (first.empty()) first = what;
}

std::string text_of(unsigned life, std::size_t n) { return "batch " + std::to_string(n) + " of life " + std::to_string(life); }

using Seen = std::map<unsigned, std::map<std::size_t, std::size_t>>;  // life, batch: its samples that are there

void look_at(const Point& point, unsigned id, Seen& seen, std::set<std::pair<unsigned, std::size_t>>& of_series, Comparison& out) {
  ++out.points;
  const auto origin = origin_of(point.time);
  if (!origin || !takes_part(origin->n, id)) {
    ++out.wrong;
    return note(out.first, "a sample at a time when none was taken: " + ground::iso8601(point.time));
  }
  const bool same = std::bit_cast<std::uint64_t>(point.value) == std::bit_cast<std::uint64_t>(value_of(origin->life, origin->n, id)) &&
                    point.quality == quality_of(origin->n, id) && point.age == age_of(origin->n);
  if (!same) {
    ++out.wrong;
    note(out.first, "series " + std::to_string(id) + " in " + text_of(origin->life, origin->n) + " is another");
  }
  if (!of_series.emplace(origin->life, origin->n).second) {
    ++out.doubled;
    return note(out.first, "series " + std::to_string(id) + " in " + text_of(origin->life, origin->n) + " is there twice");
  }
  ++seen[origin->life][origin->n];
}

// Batches are recorded in their order and whole: those of a life that are there begin with the first one and have no gap.
void look_at(const Life& life, const std::map<std::size_t, std::size_t>& seen, ground::Utc kept_from, Comparison& out) {
  std::size_t told = 0;
  bool ended = false;
  for (std::size_t n = 1; told < life.samples || (!seen.empty() && n <= seen.rbegin()->first); ++n) {
    told += samples_of(n);
    const auto found = seen.find(n);
    const std::size_t there = found == seen.end() ? 0 : found->second;
    if (ground::Utc{milliseconds{time_of(life.number, n)}} < kept_from) {
      out.expired += there == 0;
      continue;
    }
    if (told <= life.samples && there < samples_of(n)) {
      ++out.lost;
      note(out.first, text_of(life.number, n) + " was committed and is not there whole");
    }
    if ((there != 0 && there < samples_of(n)) || (ended && there != 0)) {
      ++out.torn;
      note(out.first, text_of(life.number, n) + " is there in part, or without one before it");
    }
    ended = ended || there == 0;
  }
}

// Every life's events are BOOT-1, BOOT-2, … without a gap, the lives in their order.
void look_at(const record::Event& event, std::string& boot, std::size_t& last, std::string& first) {
  if (event.boot != boot) {
    if (!boot.empty() && std::stoul(event.boot.substr(1)) <= std::stoul(boot.substr(1))) note(first, event.id + " after " + boot);
    boot = event.boot;
    last = 0;
  }
  if (record::count_of(event.id) != ++last) note(first, event.id + " where number " + std::to_string(last) + " is expected");
  record::Event written = event_of(static_cast<unsigned>(std::stoul(boot.substr(1))), record::count_of(event.id));
  written.durable = true;
  if (record::to_json(written) != record::to_json(event)) note(first, event.id + " is another than was written");
}

}  // namespace

std::string boot_of(unsigned life) { return "b" + std::to_string(life); }

record::Event event_of(unsigned life, std::size_t n) {
  const auto boot = boot_of(life);
  record::Event out{.id = boot + "-" + std::to_string(n), .incident = boot + "-1", .boot = boot, .verdict = "supply_lost"};
  out.at = ground::Instant{milliseconds{n}};
  out.time = ground::Utc{milliseconds{first_ms + static_cast<std::int64_t>(n)}};
  out.strength = "proven";
  out.element = "cab1/psu1";
  out.cause = std::string(n % 700, 'c');  // events of many sizes
  return out;
}

record::Batch batch_of(unsigned life, std::size_t n) {
  const milliseconds time{time_of(life, n)};
  record::Batch out{.at = ground::Instant{time - milliseconds{first_ms}}, .time = ground::Utc{time}, .age = age_of(n)};
  for (unsigned id = 1; id <= all_series; ++id) {
    if (n == 1) out.born.emplace_back(id, series_of(id));
    if (takes_part(n, id)) out.samples.push_back({id, value_of(life, n, id), quality_of(n, id)});
  }
  return out;
}

std::size_t samples_of(std::size_t n) { return n % devices == 0 ? all_series : series_a_device; }

record::Audit audit_of(unsigned life, std::size_t n) {
  return {.time = ground::Utc{milliseconds{first_ms + static_cast<std::int64_t>(n)}},
          .boot = boot_of(life),
          .at = ground::Instant{milliseconds{n}},
          .actor = "daemon",
          .action = "reload",
          .json = R"({"n":)" + std::to_string(n) + "}"};
}

Blob blob_of(unsigned life, std::size_t n) {
  const auto chance = mixed(life * 1'000'003ULL + n);
  return {"capture", boot_of(life) + "-" + std::to_string(n),
          std::vector<std::uint8_t>(chance % 9000, static_cast<std::uint8_t>(chance >> 32U))};
}

ground::Result<Comparison> compare_samples(Reader& reader, const std::vector<Life>& lives, ground::Duration kept) {
  Comparison out;
  Seen seen;
  const auto all = reader.series("", {});
  if (!all) return all.error();
  for (const StoredSeries& stored : *all) {
    const auto id = static_cast<unsigned>(std::strtoul(std::string{stored.series.label("index")}.c_str(), nullptr, 10));
    if (stored.series != series_of(id)) note(out.first, stored.series.text() + " was never declared");
    const auto points = reader.range(stored.row, {.from = ground::Utc{milliseconds{0}}, .to = ground::Utc{milliseconds{first_ms * 2}}});
    if (!points) return points.error();
    std::set<std::pair<unsigned, std::size_t>> of_series;
    for (const Point& point : *points) look_at(point, id, seen, of_series, out);
  }
  std::int64_t newest_ms = 0;
  for (const auto& [life, batches] : seen)
    if (!batches.empty()) newest_ms = std::max(newest_ms, time_of(life, batches.rbegin()->first));
  const ground::Utc kept_from{milliseconds{newest_ms} - kept};
  for (const Life& life : lives) look_at(life, seen[life.number], kept_from, out);
  return out;
}

ground::Result<std::string> compare_audits(Reader& reader, const std::vector<Life>& lives) {
  const auto flaw = reader.verify_audit();
  if (!flaw) return flaw.error();
  if (*flaw) return (*flaw)->where + ": " + (*flaw)->what;
  std::map<std::string, std::size_t> there;
  for (std::int64_t seq = 0;;) {
    const auto slice = reader.audit(seq, 1000);
    if (!slice) return slice.error();
    if (slice->empty()) break;
    seq = slice->back().seq;
    for (const StoredAudit& stored : *slice)
      if (stored.record.json != audit_of(0, ++there[stored.record.boot]).json)
        return "audit " + std::to_string(stored.seq) + " is out of its turn";
  }
  for (const Life& life : lives)
    if (there[boot_of(life.number)] < life.audits) return "audit records of life " + std::to_string(life.number) + " are gone";
  return std::string{};
}

ground::Result<Events> compare_events(Reader& reader, const std::vector<Life>& lives) {
  Events out;
  std::set<std::string> there;
  std::string boot;
  std::size_t last = 0;
  for (std::int64_t seq = 0;;) {
    const auto slice = reader.events(seq, 5000);
    if (!slice) return slice.error();
    if (slice->empty()) break;
    seq = slice->back().seq;
    for (const StoredEvent& stored : *slice) {
      look_at(stored.event, boot, last, out.first);
      if (!there.insert(stored.event.id).second) note(out.first, stored.event.id + " is there twice");
    }
  }
  out.stored = there.size();
  for (const Life& life : lives)
    for (const auto& id : life.acknowledged) out.missing += there.count(id) == 0;
  return out;
}

std::string integrity(const std::string& path) {
  try {
    SQLite::Database file{path, SQLite::OPEN_READWRITE, 2000};
    return file.execAndGet("PRAGMA integrity_check").getString();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace holdup::store::fault
