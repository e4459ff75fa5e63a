#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "collector/deliver/target.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// A running daemon's HTTP, as `status`, `events` and `query` ask it. Blocks, each request under a deadline.
namespace holdup::cli {

inline constexpr std::string_view default_url = "http://127.0.0.1:9870";

struct Reply {
  unsigned status = 0;
  std::string body;
};

class DaemonClient {
 public:
  [[nodiscard]] static ground::Result<DaemonClient> at(std::string_view url);

  [[nodiscard]] ground::Result<Reply> get(const std::string& target) const;

  /// One message of the event stream; both are empty in the one that greets, and in heartbeats.
  struct Message {
    std::string id;
    std::string data;
  };
  /// Hands every message over until the connection ends, and says why it did. `after`: resume behind this id; empty: from now on.
  /// Ended at once when it is to stop.
  ground::Failure follow(const std::string& after, const std::function<void(const Message&)>& hear, const std::stop_token& stop = {}) const;

 private:
  explicit DaemonClient(deliver::Target target) : target_{std::move(target)} {}
  [[nodiscard]] std::string path(const std::string& target) const;

  deliver::Target target_;
};

[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace holdup::cli
