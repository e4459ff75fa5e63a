#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "store/record/series.hpp"

// Where samples go by remote write, with what proves us there. Made by `cli` out of the site file and the files it names.
namespace holdup::forward {

struct Target {
  std::string name;        // label `target` of the figures, "forward/NAME" the cursor
  std::string host, port;  // host without brackets: an address or a name
  std::string authority;   // as the Host header has it
  std::string path;        // with the query
  bool tls = false;
  std::string authorization;          // the header's value; empty: none
  std::string ca_pem;                 // whom to trust; empty: whom the system trusts
  std::string cert_pem, key_pem;      // ours; empty: none
  std::vector<std::string> match;     // names of metrics, or their beginnings with '*' behind; empty: all
  std::vector<record::Label> labels;  // added where a series has none of that name
  std::size_t max_samples = 2'000;    // a request
  ground::Duration timeout = std::chrono::seconds{30};
  bool history = false;  // without a cursor begin with what the store holds

  bool operator==(const Target&) const = default;
};

/// Host, port, authority, path and tls of a URL that the site file's reader took.
void take_url(std::string_view url, Target& target);
/// What OpenSSL says against the target's PEM texts.
[[nodiscard]] ground::Result<void> check_pem(const Target& target);
/// "Basic dXNlcjpwYXNz"
[[nodiscard]] std::string basic_authorization(std::string_view user, std::string_view password);

}  // namespace holdup::forward
