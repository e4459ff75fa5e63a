#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "limits/sqlite_blobs.hpp"
#include "limits/sqlite_packs.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

constexpr int window = 7200;  // seconds that become one chunk a device

/// Two hours, each second durable, and what follows from them or from those before; without the making of the samples.
CpuTime holdup_round(BenchStore& store, RackFeed& feed) {
  const auto begin = process_cpu();
  const auto making = store.write(feed, window);
  return process_cpu() - begin - making;
}

CpuTime limit_round(SqliteBlobs& limit, RackWorkload& rack) {
  const auto begin = process_cpu();
  CpuTime making;
  std::vector<std::int64_t> values(rack.series());
  for (int second = 0; second < window; ++second) {
    const double made = thread_cpu_seconds();
    rack.step();
    for (std::size_t series = 0; series < values.size(); ++series) values[series] = rack.integer(series);
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

}  // namespace

void cpu(const StoreOptions& options) {
  std::printf(
      "\nCPU us a sample of the whole process, 1000 series, each second durable, sealing and merging included; %d rounds of 2 h in turn\n",
      options.rounds);
  std::printf("way          median    least     most     user   kernel   of limit   of sealing   (target 0.15)\n");
  const Folder folder;
  RackFeed feed;
  RackWorkload rack, sealed_rack;
  BenchStore store{folder.file("history.db")};
  SqliteBlobs limit{folder.file("blobs.db")};
  SqlitePacks sealing{folder.file("packs.db")};
  Rounds bare{"limit", {}, {}, {}}, packs{"sealing", {}, {}, {}}, ours{"holdup", {}, {}, {}};
  for (int round = 0; round <= options.rounds; ++round) {
    const auto bare_took = limit_round(limit, rack), packs_took = sealing_round(sealing, sealed_rack), took = holdup_round(store, feed);
    if (round == 0) continue;  // nothing to merge yet
    bare.add(bare_took);
    packs.add(packs_took);
    ours.add(took);
  }
  for (const Rounds* way : {&bare, &packs, &ours}) {
    const auto [low, high] = std::ranges::minmax(way->all);
    std::printf("%-10s %8.4f %8.4f %8.4f %8.4f %8.4f   %8.2f   %10.2f\n", way->name.c_str(), median(way->all), low, high, median(way->user),
                median(way->system), median(way->all) / median(bare.all), median(way->all) / median(packs.all));
  }
  std::fflush(stdout);
}

}  // namespace holdup::bench
