#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/cli/configuration.hpp"
#include "collector/cli/daemon_client.hpp"

// The verbs of `holdup`: a file a verb, with what the command line may say to it. command_line.cpp reads that line; each verb performs
// itself and returns the exit code.
namespace holdup::cli {

inline constexpr std::string_view version = "0.1.0";

enum ExitCode : int { fine = 0, problem_found = 1, usage = 2, refused = 3, cannot_know = 4 };

/// Where `status`, `events` and `query` look: a running daemon, or a store file.
struct Source {
  std::string url{default_url};
  std::string store;  // empty: the daemon
};

struct RunOptions {
  std::string path, profiles = default_profiles();
};
struct CheckOptions {
  std::string path, profiles = default_profiles();
  bool json = false;
};
struct ProbeOptions {
  std::string url, community = "public", community_file, profile, profiles = default_profiles(), timeout = "60s";
  bool json = false;
};
struct StatusOptions {
  Source source;
  bool watch = false, json = false;
};
struct EventsOptions {
  Source source;
  bool follow = false, json = false;
};
struct QueryOptions {
  Source source;
  std::string expression;
  bool json = false;
};
struct DrillOptions {
  std::vector<std::string> scenarios;
  std::string profiles = default_profiles();
  bool json = false;
};

[[nodiscard]] int run(const RunOptions& options);
[[nodiscard]] int check(const CheckOptions& options);
[[nodiscard]] int probe(const ProbeOptions& options);
[[nodiscard]] int status(const StatusOptions& options);
[[nodiscard]] int events(const EventsOptions& options);
[[nodiscard]] int query(const QueryOptions& options);
[[nodiscard]] int drill(const DrillOptions& options);

}  // namespace holdup::cli
