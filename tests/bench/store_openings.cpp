#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/reader.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"

namespace holdup::bench {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

/// A day as the store writes it, with what is not merged yet at its end.
void write_day(const std::string& path) {
  RackFeed feed;
  BenchStore store{path};
  (void)store.write(feed, 24 * 3600 + seconds_after);
  settle(path);
}

/// The days before the one that is there: its rows again, by SQL. Times inside the bodies stay what they were, for nobody looks into them.
void repeat_day(const std::string& path, int days) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  file.exec("PRAGMA synchronous = OFF");
  const auto rows = file.execAndGet("SELECT max(row) FROM chunk").getInt64();
  for (std::int64_t day = 1; day < days; ++day) {
    const auto shift = std::to_string(day * day_ms);
    SQLite::Transaction transaction{file};
    file.exec("INSERT INTO chunk(pack, level, from_ms, to_ms, from_seq, to_seq, samples, body) SELECT pack, level, from_ms - " + shift +
              ", to_ms - " + shift + ", from_seq - " + std::to_string(day * 86'400) + ", to_seq - " + std::to_string(day * 86'400) +
              ", samples, body FROM chunk WHERE level > 0 AND row <= " + std::to_string(rows));
    file.exec("INSERT INTO summary(pack, span_ms, from_ms, to_ms, body) SELECT pack, span_ms, from_ms - " + shift + ", to_ms - " + shift +
              ", body FROM summary WHERE from_ms >= " + std::to_string(RackOptions{}.begin_ms));
    transaction.commit();
  }
  (void)file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt();
}

/// As after a start of the machine: nothing of the file is in memory.
void forget(const std::string& path) {
  for (const char* suffix : {"", "-wal"}) {
    const int file = ::open((path + suffix).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

struct Opening {
  double store, reader, query;  // ms
  [[nodiscard]] double all() const { return store + reader + query; }
};

Opening open_once(const std::string& path, ground::Utc newest) {
  StoreEar ear;
  const auto begin = SteadyClock::now();
  const auto opened = store::Store::open({.path = path, .boot = "bench-boot", .retention = for_ever()}, ear);
  if (!opened) throw std::runtime_error{opened.error().what};
  const auto written = SteadyClock::now();
  auto reader = store::Reader::open(path);
  if (!reader) throw std::runtime_error{reader.error().what};
  const auto read = SteadyClock::now();
  const auto series = reader->series("", {{"device", RackFeed::device_name(7)}});
  if (!series) throw std::runtime_error{series.error().what};
  std::vector<std::int64_t> rows;
  for (const auto& found : *series) rows.push_back(found.row);
  const auto points = reader->instant(rows, newest, std::chrono::minutes{5});
  const auto end = SteadyClock::now();
  if (!points || rows.empty()) throw std::runtime_error{"no instant"};
  for (const auto& point : *points)
    if (!point) throw std::runtime_error{"a series without a newest point"};
  return {millis(written - begin), millis(read - written), millis(end - read)};
}

struct Aged {
  int days;
  std::string path;
  std::vector<double> warm, cold, store, query;
};

}  // namespace

void openings(const StoreOptions& options) {
  const Folder folder;
  const Folder quick{memory_folder()};
  const auto day = quick.file("day.db");
  write_day(day);
  std::vector<Aged> ages;
  for (const int days : options.days) {
    ages.push_back({.days = days, .path = folder.file(std::to_string(days) + ".db")});
    std::filesystem::copy_file(day, ages.back().path);
    repeat_day(ages.back().path, days);
  }
  std::printf("\nms to open the store for writing and for reading and to ask the newest point of 25 series; medians of %d in turn\n",
              2 * options.rounds + 1);
  const ground::Utc newest{std::chrono::milliseconds{RackOptions{}.begin_ms + day_ms + seconds_after * 1000}};
  for (int round = 0; round <= 2 * options.rounds; ++round)
    for (Aged& age : ages) {
      forget(age.path);
      age.cold.push_back(open_once(age.path, newest).all());
      const auto warm = open_once(age.path, newest);
      age.warm.push_back(warm.all());
      age.store.push_back(warm.store);
      age.query.push_back(warm.query);
    }
  for (Aged& age : ages) {
    const double warm = percentile(age.warm, 0.5), cold = percentile(age.cold, 0.5);
    std::printf(
        "%3d days, %8.1f MiB: in memory %7.2f (writer %.2f, query %.2f), %.2f of the least (target 1.3); from the disk %7.2f, %.2f (target "
        "100 ms)\n",
        age.days, static_cast<double>(std::filesystem::file_size(age.path)) / (1024 * 1024), warm, percentile(age.store, 0.5),
        percentile(age.query, 0.5), warm / percentile(ages.front().warm, 0.5), cold, cold / percentile(ages.front().cold, 0.5));
  }
  std::fflush(stdout);
}

}  // namespace holdup::bench
