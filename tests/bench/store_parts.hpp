#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "folder.hpp"
#include "rack_workload.hpp"

// The parts of bench-store, each of which prints its own lines.
namespace holdup::bench {

struct StoreOptions {
  int hours = 6;
  int rounds = 5;
  int seconds = 60;  // of events beside everything else
  std::vector<int> days{1, 7, 30};
  std::vector<std::string> variants{"reference", "irregular", "scales", "wrapping", "all", "floats", "finer"};
};

/// The reference hours in a file, made when a part first asks for them.
class ReferenceFile {
 public:
  explicit ReferenceFile(int hours);
  [[nodiscard]] const std::string& path();
  /// The samples of the last `hours` that are in it; UTC in milliseconds, both ends belong to it.
  [[nodiscard]] std::int64_t begin_ms() const { return RackOptions{}.begin_ms; }
  [[nodiscard]] std::int64_t end_ms() const;

 private:
  int hours_;
  Folder folder_;
  std::string path_;
};

/// Seconds that are written behind the hours, so that the last window is over when sizes are taken.
inline constexpr int seconds_after = 600;

void sizes(const StoreOptions& options);
void cpu(const StoreOptions& options);
void commits(const StoreOptions& options);
void queries(const StoreOptions& options, ReferenceFile& reference);
void openings(const StoreOptions& options);
void memory(const StoreOptions& options);
void store_peers(const StoreOptions& options);

/// What a child of `commits` does until it is ended: "export" or "backup" of a store, over and over; a line in `tell` each time.
int play(const std::string& what, const std::string& store, const std::string& tell);

}  // namespace holdup::bench
