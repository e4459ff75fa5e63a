#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The verbs of the `hw-sim` program, with what the command line may say to each. main.cpp reads that line.
namespace hwsim::cli {

/// 0 fine · 1 a problem was found · 2 usage.
enum Exit : int { fine = 0, problem = 1, usage = 2 };

struct RunOptions {
  std::string rack;
  std::string scenario;
  std::optional<std::uint64_t> seed;
  double speed = 1;
  std::string site;
  std::string community = "public";
  std::vector<std::string> v3_files;
  std::string traps_to;
  std::string models;
  std::string contacts;
};
struct ReplayOptions {
  std::vector<std::string> files;
  std::string listen = "127.0.0.1:0";
  std::string community = "public";
  std::vector<std::string> v3_files;
  std::string traps_to;
  std::size_t agents = 0;  // 0: one a file
  std::vector<std::string> versions{"1", "2c", "3"};
  std::optional<std::uint8_t> unit;
  bool serial = false;
  std::uint32_t baud = 19200;
  std::string link;
};
struct RecordOptions {
  std::string url;
  std::string community = "public";
  std::string community_file;
  std::string v3_file;
  std::string version;  // "1", "2c"; empty: 3 with a user, else 2c and, where that is not answered, 1
  std::string from = "1.3.6.1";
  std::string output;  // empty: stdout
  double rate = 20;    // requests a second
  int repetitions = 20;
  double timeout = 2;  // seconds
  int retries = 2;
  std::size_t most_rows = 10'000;
};
struct CtlOptions {
  std::string socket;
  std::vector<std::string> words;
};

[[nodiscard]] int run(const RunOptions& options);
[[nodiscard]] int replay(const ReplayOptions& options);
[[nodiscard]] int record(const RecordOptions& options);
[[nodiscard]] int ctl(const CtlOptions& options);

}  // namespace hwsim::cli
