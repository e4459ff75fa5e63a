#include <SQLiteCpp/SQLiteCpp.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "limits/sqlite_blobs.hpp"
#include "limits/sqlite_packs.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr int window = 7200;  // seconds that become one chunk a device

/// The whole process on one processor: two that share a core, as they may, slow one another while samples are made beside the store.
class OneProcessor {
 public:
  OneProcessor() {
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  ~OneProcessor() { ::sched_setaffinity(0, sizeof before_, &before_); }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

 private:
  cpu_set_t before_{};
};

/// Two hours, each second durable, and what follows from them or from those before; without the making of the samples.
CpuTime holdup_round(BenchStore& store, RackFeed& feed, std::chrono::microseconds pause) {
  const auto begin = process_cpu();
  const auto making = store.write(feed, window, pause);
  return process_cpu() - begin - making;
}

CpuTime limit_round(SqliteBlobs& limit, RackWorkload& rack, std::chrono::microseconds pause) {
  const auto begin = process_cpu();
  CpuTime making;
  std::vector<std::int64_t> values(rack.series());
  for (int second = 0; second < window; ++second) {
    const double made = thread_cpu_seconds();
    rack.step();
    for (std::size_t series = 0; series < values.size(); ++series) values[series] = rack.integer(series);
    if (pause > 0us) std::this_thread::sleep_for(pause);
    making.user += thread_cpu_seconds() - made;
    limit.write(*rack.reply_ms(0), values);
  }
  return process_cpu() - begin - making;
}

CpuTime sealing_round(SqlitePacks& sealing, RackWorkload& rack) {
  SqlitePacks::Window samples(rack.series(), std::vector<std::int64_t>(window));
  std::int64_t begin_ms = 0;
  for (std::size_t second = 0; second < window; ++second) {
    rack.step();
    if (second == 0) begin_ms = *rack.reply_ms(0);
    for (std::size_t series = 0; series < samples.size(); ++series) samples[series][second] = rack.integer(series);
  }
  const auto begin = process_cpu();
  sealing.write(begin_ms, samples);
  return process_cpu() - begin;
}

struct Rounds {
  std::string name;
  std::vector<double> all, user, system;  // CPU us a sample
  void add(const CpuTime& took) {
    constexpr double samples = window * 1000.0;
    all.push_back(took.all() * 1e6 / samples);
    user.push_back(took.user * 1e6 / samples);
    system.push_back(took.system * 1e6 / samples);
  }
};

void print(const Rounds& way, const Rounds& limit, const Rounds& sealing) {
  const auto [low, high] = std::ranges::minmax(way.all);
  std::printf("%-16s %8.4f %8.4f %8.4f %8.4f %8.4f   %8.2f   %10.2f\n", way.name.c_str(), median(way.all), low, high, median(way.user),
              median(way.system), median(way.all) / median(limit.all), median(way.all) / median(sealing.all));
}

/// What housekeeping has left undone, which would be missing above.
void print_rest(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READONLY, 2000};
  const auto count = [&](const char* sql) { return file.execAndGet(sql).getInt(); };
  std::printf("left at the end: %d rows of the journal, %d young chunks of windows that were over\n", count("SELECT count(*) FROM journal"),
              count("SELECT count(*) FROM chunk WHERE level = 0 AND to_ms < (SELECT max(to_ms) FROM chunk) / 7200000 * 7200000 - 600000"));
}

}  // namespace

void cpu(const StoreOptions& options) {
  std::printf(
      "\nCPU us a sample of the whole process on one processor, 1000 series, each second durable before the next, sealing and merging "
      "included; "
      "%d rounds of 2 h in turn\n",
      options.rounds);
  std::printf("way                median    least     most     user   kernel   of limit   of sealing   (target 0.15)\n");
  const OneProcessor pinned;
  const Folder folder;
  RackFeed feed, paused_feed;
  RackWorkload rack, paused_rack, sealed_rack;
  BenchStore store{folder.file("history.db")}, paused_store{folder.file("paused.db")};
  SqliteBlobs limit{folder.file("blobs.db")}, paused_limit{folder.file("paused_blobs.db")};
  SqlitePacks sealing{folder.file("packs.db")};
  Rounds bare{"limit", {}, {}, {}}, packs{"sealing", {}, {}, {}}, ours{"holdup", {}, {}, {}};
  Rounds bare_paused{"limit, paused", {}, {}, {}}, ours_paused{"holdup, paused", {}, {}, {}};
  for (int round = 0; round <= options.rounds; ++round) {
    const auto bare_took = limit_round(limit, rack, 0us), packs_took = sealing_round(sealing, sealed_rack),
               took = holdup_round(store, feed, 0us);
    const auto bare_paused_took = limit_round(paused_limit, paused_rack, 1ms), paused_took = holdup_round(paused_store, paused_feed, 1ms);
    if (round == 0) continue;  // nothing to merge yet
    bare.add(bare_took);
    packs.add(packs_took);
    ours.add(took);
    bare_paused.add(bare_paused_took);
    ours_paused.add(paused_took);
  }
  for (const Rounds* way : {&bare, &packs, &ours}) print(*way, bare, packs);
  std::printf("with a millisecond before each second, in which caches grow cold:\n");
  for (const Rounds* way : {&bare_paused, &ours_paused}) print(*way, bare_paused, packs);
  print_rest(folder.file("history.db"));
  std::fflush(stdout);
}

}  // namespace holdup::bench
