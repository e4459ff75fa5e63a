#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/serve/update.hpp"
#include "collector/site/site.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "store/record/event.hpp"

// The serve thread: HTTP, streams and the page over a mirror of its own, and the query worker over the store. `run` makes one and tells
// it what the core decides. Every call may come from any thread and waits for nothing.
namespace holdup::serve {

struct Limits {
  std::size_t connections = 256;
  std::size_t connections_per_address = 64;
  ground::Duration request = std::chrono::seconds{5};     // for a header and its body
  ground::Duration idle = std::chrono::seconds{30};       // between requests
  ground::Duration send = std::chrono::seconds{30};       // for an answer, or for one piece of a stream
  ground::Duration heartbeat = std::chrono::seconds{15};  // a comment on a quiet stream
  ground::Duration query = std::chrono::seconds{30};
};

struct Options {
  std::string listen;      // "127.0.0.1:9870", "[::1]:0"; port 0: the kernel chooses
  std::string store_path;  // empty: there is none, streams begin now and queries are refused
  Limits limits{};
};

class Server {
 public:
  /// Listens at once; /-/ready answers 503 until the last restored() slice. malformed: the address; machine: it cannot be listened on.
  [[nodiscard]] static ground::Result<Server> start(Options options, site::Site site);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept = delete;
  /// Cuts every connection off, ends both threads.
  ~Server();

  /// "127.0.0.1:9870", with the real port.
  [[nodiscard]] std::string endpoint() const;

  /// Copies of a step's effects. Lagging drops the oldest samples, counted in holdup_dropped_total{what="mirror"}; events never.
  void publish(Update update);
  /// The store has committed these: streams send them again with durable:true.
  void acknowledged(std::vector<record::Event> events);
  /// Stored events of before the start, oldest first, in the slices that the core gets.
  void restored(core::Restored slice);
  /// The store's standing; an empty reason is trouble over.
  void degraded(bool is, const std::string& reason);
  /// The site was swapped in; tell it before the effects of that step.
  void site_changed(site::Site site);

 private:
  class Running;
  explicit Server(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace holdup::serve
