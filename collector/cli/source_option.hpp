#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "collector/cli/daemon_client.hpp"

// Where `status`, `events` and `query` look: a running daemon, or a store file.
namespace holdup::cli {

struct SourceOption {
  std::string url{default_url};
  std::string store;  // empty: the daemon
};

inline void add_source(CLI::App& verb, SourceOption& source) {
  auto* url = verb.add_option("--url", source.url, "The running daemon")->capture_default_str();
  verb.add_option("--store", source.store, "A store file instead")->excludes(url);
}

}  // namespace holdup::cli
