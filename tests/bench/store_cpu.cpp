#include <cstdio>

#include "limits/sqlite_blobs.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

constexpr int window = 7200;  // seconds that become one chunk a device

/// The process's CPU time of `work`.
template <class Work>
double cpu_of(const Work& work) {
  const double begin = process_cpu_seconds();
  work();
  return process_cpu_seconds() - begin;
}

/// Two hours, each second durable, and what follows from them or from those before; CPU seconds without the making of the samples.
double holdup_round(BenchStore& store, RackFeed& feed) {
  double making = 0;
  const double all = cpu_of([&] { making = store.write(feed, window); });
  return all - making;
}

double limit_round(SqliteBlobs& limit, RackWorkload& rack) {
  double making = 0;
  const double all = cpu_of([&] {
    std::vector<std::int64_t> values(rack.series());
    for (int second = 0; second < window; ++second) {
      const double begin = thread_cpu_seconds();
      rack.step();
      for (std::size_t series = 0; series < values.size(); ++series) values[series] = rack.integer(series);
      making += thread_cpu_seconds() - begin;
      limit.write(*rack.reply_ms(0), values);
    }
  });
  return all - making;
}

}  // namespace

void cpu(const StoreOptions& options) {
  std::printf("\nCPU us a sample of the whole process, 1000 series, each second durable, 2 h a round, sealing and merging included\n");
  std::printf("way          median    least     most   (target 0.15)\n");
  const Folder folder;
  RackFeed feed;
  RackWorkload rack;
  BenchStore store{folder.file("history.db")};
  SqliteBlobs limit{folder.file("blobs.db")};
  Way ours{"holdup", {}, {}}, bare{"limit", {}, {}};
  for (int round = 0; round <= options.rounds; ++round) {
    const double samples = window * 1000.0;
    const double bare_micros = limit_round(limit, rack) * 1e6 / samples;
    const double micros = holdup_round(store, feed) * 1e6 / samples;
    if (round == 0) continue;  // nothing to merge yet
    bare.micros.push_back(bare_micros);
    ours.micros.push_back(micros);
  }
  for (const Way* way : {&bare, &ours}) {
    const auto [low, high] = std::ranges::minmax(way->micros);
    std::printf("%-10s %8.4f %8.4f %8.4f   %5.2f\n", way->name.c_str(), median(way->micros), low, high,
                median(way->micros) / median(bare.micros));
  }
  std::fflush(stdout);
}

}  // namespace holdup::bench
