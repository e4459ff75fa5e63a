#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "store_parts.hpp"
#include "store_stage.hpp"

namespace holdup::bench {
namespace {

double resident_mib() {
  std::ifstream file{"/proc/self/statm"};
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

}  // namespace

void memory(const StoreOptions& options) {
  const int hours = 4 * options.hours;
  std::printf("\nresident memory of this process while %d h are written, a commit each second, every two hours\n", hours);
  const Folder folder{memory_folder()};
  const auto path = folder.file("history.db");
  RackFeed feed;
  BenchStore store{path};
  std::printf("MiB: %.1f at the start", resident_mib());
  for (int hour = 1; hour <= hours; ++hour) {
    (void)store.write(feed, 3600);
    if (hour % 2 == 0) std::printf(", %.1f", resident_mib());
    std::fflush(stdout);
  }
  settle(path);
  std::printf(", %.1f at rest; file %.1f MiB\n", resident_mib(), static_cast<double>(std::filesystem::file_size(path)) / (1024 * 1024));
  std::fflush(stdout);
}

}  // namespace holdup::bench
