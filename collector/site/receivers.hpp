#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "ground/instant.hpp"
#include "ground/yaml/mapping.hpp"

// Who gets the samples by remote write: `forward:` of the site file. Part of Site. Pure.
namespace holdup::site {

struct Receiver {
  std::string url;
  std::string name;  // label `target`, and of the cursor in the store; unless told the URL's host and port
  std::string token_file;
  std::string user, password_file;
  std::string ca_file, cert_file, key_file;                 // PEM; no ca_file: whom the system trusts
  std::vector<std::string> match;                           // metric names, or their beginnings with '*' behind; empty: all
  std::vector<std::pair<std::string, std::string>> labels;  // added where a series has none of that name
  std::size_t max_samples = 2'000;                          // a request
  ground::Duration timeout = std::chrono::seconds{30};      // of a request
  bool history = false;                                     // begins with what the store holds, not with what comes
  std::string key = {};                                     // where it stands in the site file: "forward.1"

  [[nodiscard]] bool over_tls() const { return url.starts_with("https:"); }
};

/// `node` may be absent (null).
[[nodiscard]] std::vector<Receiver> read_receivers(const ground::yaml::Node& node, const ground::yaml::Report& report);

}  // namespace holdup::site
