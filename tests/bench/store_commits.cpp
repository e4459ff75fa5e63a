#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "child_program.hpp"
#include "limits/sync_loop.hpp"
#include "store/reader.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t window_ms = 7'200'000;  // what a merged chunk holds
constexpr int lead = 290;                      // seconds after a window's end when its merging is near
constexpr int pace = 10;                       // seconds of samples, and commits of them, a second

record::Event event(std::uint64_t number) {
  const auto id = "bench-boot-" + std::to_string(number);
  record::Event out{.id = id,
                    .incident = id,
                    .boot = "bench-boot",
                    .at = ground::Instant{SteadyClock::now().time_since_epoch()},
                    .time = ground::Utc{std::chrono::system_clock::now().time_since_epoch()},
                    .uncertainty = 20ms,
                    .verdict = "redundancy_lost",
                    .strength = "proven",
                    .element = "supply/cab1-psu2",
                    .cause = "feed/b"};
  for (const char* source : {"device/cab1-psu2", "contact/cab1-psu2", "device/pdu-b"})
    out.evidence.push_back({.source = source,
                            .point = "psu_input_voltage_volts{device=\"cab1-psu2\",index=\"1\"}",
                            .value = 0.1,
                            .quality = "good",
                            .time = out.time,
                            .uncertainty = 20ms});
  return out;
}

struct Latencies {
  std::vector<double> events, syncs;  // ms
};

/// An event, told durable; then a bare sync; and so on, at random distances.
Latencies alternate(BenchStore& store, SyncLoop& limit, std::uint64_t& number, int seconds) {
  Latencies out;
  RackChance chance{number + 1};
  const auto end = SteadyClock::now() + std::chrono::seconds{seconds};
  while (SteadyClock::now() < end) {
    auto happened = event(++number);
    const auto id = happened.id;
    const auto begin = SteadyClock::now();
    if (const auto taken = store.store().append(std::move(happened)); !taken) throw std::runtime_error{taken.error().what};
    out.events.push_back(millis(store.ear().heard(id) - begin));
    std::this_thread::sleep_for(std::chrono::microseconds{static_cast<int>(chance.unit() * 10'000)});
    out.syncs.push_back(millis(limit.append()));
    std::this_thread::sleep_for(std::chrono::microseconds{static_cast<int>(chance.unit() * 10'000)});
  }
  return out;
}

void print(const char* when, Latencies& took) {
  const double event = percentile(took.events, 0.5), event99 = percentile(took.events, 0.99);
  const double sync = percentile(took.syncs, 0.5), sync99 = percentile(took.syncs, 0.99);
  std::printf("%-6s %6zu  event %7.2f %7.2f %7.2f   sync %7.2f %7.2f %7.2f   ratio %5.2f %5.2f   (target of p99: 3)\n", when,
              took.events.size(), event, event99, took.events.back(), sync, sync99, took.syncs.back(), event / sync, event99 / sync99);
  std::fflush(stdout);
}

std::size_t lines_in(const std::string& path) {
  std::ifstream file{path};
  std::size_t out = 0;
  for (std::string line; std::getline(file, line);) ++out;
  return out;
}

/// How the file stands: what sealing, merging and retention have done until then.
struct Standing {
  std::int64_t merged = 0, fresh = 0, newest = 0, free = 0;
};
Standing standing(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READONLY, 2000};
  if (!file.tableExists("chunk")) return {};
  return {file.execAndGet("SELECT count(*) FROM chunk WHERE level > 0").getInt64(),
          file.execAndGet("SELECT count(*) FROM chunk WHERE level = 0").getInt64(),
          file.execAndGet("SELECT max(row) FROM chunk").getInt64(), file.execAndGet("PRAGMA freelist_count").getInt64()};
}
void print(const char* when, const Standing& at) {
  std::printf("       %s: %lld chunks of level 1, %lld of level 0, newest row %lld, %lld free pages\n", when,
              static_cast<long long>(at.merged), static_cast<long long>(at.fresh), static_cast<long long>(at.newest),
              static_cast<long long>(at.free));
}

/// Samples at many times their usual pace.
class Feeder {
 public:
  Feeder(store::Store& store, RackFeed& feed, int seconds)
      : thread_{[&store, &feed, seconds](const std::stop_token& stop) {
          const auto begin = SteadyClock::now();
          for (int second = 0; second < seconds * pace && !stop.stop_requested(); ++second) {
            std::this_thread::sleep_until(begin + second * 1s / pace);
            for (auto& batch : feed.second()) store.append(std::move(batch));
            (void)store.flush();
          }
        }} {}

 private:
  std::jthread thread_;
};

/// The end of a window: old enough that all samples lie before now.
std::int64_t window_end(int seconds) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return (now - (lead + seconds * pace) * 1000) / window_ms * window_ms;
}

void export_once(const std::string& path) {
  auto reader = store::Reader::open(path);
  if (!reader) throw std::runtime_error{reader.error().what};
  const auto all = reader->series("", {});
  if (!all || all->empty()) throw std::runtime_error{"no series"};
  const auto now = ground::Utc{std::chrono::system_clock::now().time_since_epoch()};
  const auto newest = reader->instant(std::vector{all->front().row}, now, 24h);
  const auto to = newest && newest->front() ? newest->front()->time : now;
  for (const auto& series : *all)
    if (const auto points = reader->range(series.row, {to - 1h, to}); !points) throw std::runtime_error{points.error().what};
}

void back_up_once(const std::string& path) {
  const auto copy = path + ".backup";
  {
    SQLite::Database from{path, SQLite::OPEN_READONLY, 2000}, into{copy, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    auto* backup = ::sqlite3_backup_init(into.getHandle(), "main", from.getHandle(), "main");
    const int done = ::sqlite3_backup_step(backup, -1);
    if (::sqlite3_backup_finish(backup) != SQLITE_OK || done != SQLITE_DONE) throw std::runtime_error{"backup failed"};
  }
  std::filesystem::remove(copy);
}

/// While samples come ten times as fast as they do, the window before them is merged, the one before that is deleted and its pages are
/// given back, and two other processes copy the file and read an hour of all series, over and over.
void busy(const StoreOptions& options, const Folder& folder, RackFeed& feed, SyncLoop& limit, std::uint64_t& number) {
  const auto path = folder.file("history.db");
  const auto before = standing(path);
  auto retention = for_ever();
  retention.raw = std::chrono::minutes{90};
  BenchStore store{path, retention};
  const auto played = [&](const std::string& what) {
    return ChildProgram::Call{.words = {"/proc/self/exe", "--play", what, "--store", path, "--tell", folder.file(what)},
                              .log = folder.file(what + ".log")};
  };
  Latencies took;
  {
    const ChildProgram exporting{played("export")}, backing_up{played("backup")};
    const Feeder feeder{store.store(), feed, options.seconds};
    took = alternate(store, limit, number, options.seconds);
  }
  print("busy", took);
  print("before", before);
  print("after", standing(path));
  std::printf("       meanwhile: %d s of samples, %zu exports of an hour, %zu backups of %.1f MiB\n", options.seconds * pace,
              lines_in(folder.file("export")), lines_in(folder.file("backup")),
              static_cast<double>(std::filesystem::file_size(path)) / (1024 * 1024));
  const auto failed = folder.read("export.log") + folder.read("backup.log");
  if (!failed.empty()) std::printf("       %s\n", failed.c_str());
  std::fflush(stdout);
}

}  // namespace

int play(const std::string& what, const std::string& store, const std::string& tell) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whoever started us may break off
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::ofstream told{tell};; told << what << std::endl) what == "export" ? export_once(store) : back_up_once(store);
}

void commits(const StoreOptions& options) {
  const Folder folder;
  const auto path = folder.file("history.db");
  std::printf("\nms from append to durable of an event: p50, p99, most; beside 4 KiB and fdatasync, in turn with the events\n");
  RackFeed feed{{.begin_ms = window_end(options.seconds) - 2 * window_ms}};
  {
    const Folder quick{memory_folder()};
    {
      BenchStore store{quick.file("history.db")};
      (void)store.write(feed, static_cast<int>(2 * window_ms / 1000) + lead);
    }
    std::filesystem::copy_file(quick.file("history.db"), path);
  }
  feed.declare_again();
  SyncLoop limit{folder.file("sync")};
  std::uint64_t number = 0;
  {
    BenchStore store{path};
    auto calm = alternate(store, limit, number, options.seconds / 2);
    print("calm", calm);
  }
  busy(options, folder, feed, limit, number);
}

}  // namespace holdup::bench
