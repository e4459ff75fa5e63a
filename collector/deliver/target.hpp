#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/result.hpp"

// Where alerts go, taken apart from the URL that the site file names. Pure; Outbox gets its targets from here.
namespace holdup::deliver {

enum class Receiver : std::uint8_t {
  alertmanager,  // the URL is the base: "http://127.0.0.1:9093"; posts go to its /api/v2/alerts
  webhook,       // the URL as it is
};

struct Target {
  std::string host, port;  // host without brackets: an address or a name
  std::string authority;   // as the Host header has it
  std::string path;        // with the query, begins with '/'
  /// "127.0.0.1:9093"
  [[nodiscard]] std::string name() const { return authority; }
};

/// http:// only; the Failure's text says what is wrong and what to write instead.
[[nodiscard]] ground::Result<Target> parse_target(Receiver receiver, std::string_view url);

}  // namespace holdup::deliver
