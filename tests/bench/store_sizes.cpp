#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "limits/delta_entropy.hpp"
#include "limits/sqlite_rows.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"

namespace holdup::bench {
namespace {

RackOptions variant(const std::string& name) {
  if (name == "reference") return {};
  if (name == "irregular") return {.irregular = true};
  if (name == "scales") return {.two_scales = true};
  if (name == "finer") return {.finer_volts = true};
  if (name == "wrapping") return {.wrapping = true};
  if (name == "floats") return {.floats = true};
  if (name == "all") return {.irregular = true, .two_scales = true, .wrapping = true};
  throw std::runtime_error{"no such variant: " + name};
}

/// Bytes of a store, by what they are for.
struct Parts {
  double merged = 0, fresh = 0;  // bodies of chunks of level 1 and 0
  double chunk_pages = 0;        // of the chunks' table, beyond these
  double journal = 0;
  double index = 0;      // of chunks
  double summaries = 0;  // with their indexes
  double rest = 0;       // series, events, the file's header …
  double free = 0, log = 0, file = 0;
  std::map<std::string, double> pages;  // of each table and index

  [[nodiscard]] double raw() const { return merged + fresh + chunk_pages + journal + index + rest; }
};

double number(SQLite::Database& file, const std::string& question) { return file.execAndGet(question).getDouble(); }

Parts parts_of(const std::string& path) {
  Parts out;
  std::error_code none;
  out.log = static_cast<double>(std::filesystem::file_size(path + "-wal", none));
  if (none) out.log = 0;
  SQLite::Database file{path, SQLite::OPEN_READONLY, 2000};
  const double page = number(file, "PRAGMA page_size");
  out.file = page * number(file, "PRAGMA page_count");
  out.free = page * number(file, "PRAGMA freelist_count");
  SQLite::Statement tables{file, "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"};
  while (tables.executeStep()) out.pages[tables.getColumn(0).getString()] = tables.getColumn(1).getDouble();
  if (out.pages.contains("chunk")) {
    out.merged = number(file, "SELECT total(length(body)) FROM chunk WHERE level > 0");
    out.fresh = number(file, "SELECT total(length(body)) FROM chunk WHERE level = 0");
  }
  out.chunk_pages = out.pages["chunk"] - out.merged - out.fresh;
  out.journal = out.pages["journal"] + out.pages["batch"];
  for (const auto& [name, bytes] : out.pages) {
    if (name.starts_with("chunk_")) out.index += bytes;
    if (name.starts_with("summary")) out.summaries += bytes;
  }
  out.rest = out.file - out.free - out.merged - out.fresh - out.chunk_pages - out.journal - out.index - out.summaries;
  return out;
}

void print_head() {
  std::printf("%-10s %9s | %8s %8s %8s %8s %8s %8s | %8s | %8s %8s | %8s %8s %8s | %9s\n", "", "samples", "level 1", "level 0", "pages",
              "journal", "index", "other", "raw", "summary", "all", "free", "file", "log", "yardstick");
}

void print(const std::string& name, const Parts& parts, double samples, double yardstick) {
  std::printf("%-10s %9.0f | %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f | %8.4f | %8.4f %8.4f | %8.4f %8.4f %8.4f | %9.4f\n", name.c_str(),
              samples, parts.merged / samples, parts.fresh / samples, parts.chunk_pages / samples, parts.journal / samples,
              parts.index / samples, parts.rest / samples, parts.raw() / samples, parts.summaries / samples,
              (parts.raw() + parts.summaries) / samples, parts.free / samples, parts.file / samples, parts.log / samples,
              yardstick / samples);
  std::fflush(stdout);
}

/// Deltas of all values, and of the times of all replies.
struct Yardstick {
  DeltaEntropy values, times;
  explicit Yardstick(const RackOptions& options) : values{options.series}, times{options.devices} {}
  void add(const RackWorkload& rack) {
    for (std::size_t series = 0; series < rack.series(); ++series)
      if (rack.reply_ms(rack.device_of(series))) values.add(series, rack.integer(series));
    for (std::size_t device = 0; device < rack.devices(); ++device)
      if (const auto reply = rack.reply_ms(device)) times.add(device, *reply);
  }
  [[nodiscard]] double bytes() const { return values.bytes() + times.bytes(); }
};

void size_of(const std::string& name, int hours) {
  const Folder folder{memory_folder()};
  const auto path = folder.file("history.db");
  const auto options = variant(name);
  RackFeed feed{options};
  Yardstick yardstick{options};
  BenchStore store{path};
  const auto take = [&](int seconds) {
    for (int second = 0; second < seconds; ++second) {
      (void)store.write(feed, 1);
      yardstick.add(feed.rack());
    }
    settle(path);
  };
  take(hours * 3600);
  const auto samples_then = static_cast<double>(feed.samples());
  const auto parts_then = parts_of(path);
  const auto yardstick_then = yardstick.bytes();
  take(seconds_after);
  print(name, parts_then, samples_then, yardstick_then);
  const auto parts = parts_of(path);
  print("  +10 min", parts, static_cast<double>(feed.samples()), yardstick.bytes());
  if (name != "reference") return;
  std::printf("  pages, KiB:");
  for (const auto& [table, bytes] : parts.pages) std::printf(" %s %.0f", table.c_str(), bytes / 1024);
  std::printf("\n");
}

/// Every 25th series, so all kinds in their shares; what rows cost does not depend on how many series there are.
void rows(int hours) {
  const Folder folder{memory_folder()};
  SqliteRows rows{folder.file("rows.db"), false};
  RackWorkload rack;
  for (std::int64_t second = 0; second < hours * 3600; ++second) {
    rack.step();
    std::vector<std::pair<std::int64_t, double>> samples;
    for (std::size_t series = 0; series < rack.series(); series += 25) samples.emplace_back(series, rack.value(series));
    rows.write(*rack.reply_ms(0), samples);
  }
  std::printf("SQLite rows, every 25th of these series: %.2f bytes a sample\n", rows.bytes_a_sample());
  std::fflush(stdout);
}

}  // namespace

void sizes(const StoreOptions& options) {
  std::printf("\nbytes a sample, %d h of 1000 series at 1 Hz, a commit each second; targets: raw 0.27, all 0.34\n", options.hours);
  print_head();
  for (const auto& name : options.variants) size_of(name, options.hours);
  rows(options.hours);
}

ReferenceFile::ReferenceFile(int hours) : hours_{hours}, folder_{memory_folder()} {}

std::int64_t ReferenceFile::end_ms() const { return begin_ms() + hours_ * 3'600'000LL - 1; }

const std::string& ReferenceFile::path() {
  if (!path_.empty()) return path_;
  path_ = folder_.file("history.db");
  RackFeed feed;
  BenchStore store{path_};
  (void)store.write(feed, hours_ * 3600 + seconds_after);
  settle(path_);
  return path_;
}

}  // namespace holdup::bench
