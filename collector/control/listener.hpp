#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "collector/control/peer.hpp"
#include "collector/core/asked.hpp"
#include "ground/result.hpp"

// The daemon's control socket: a Unix stream of mode 0660 on which local people ask for what changes something, one after the other, on a
// thread of its own. It hands requests over and waits for their answers; those that were written down are told once they are on the disk.
namespace holdup::control {

struct Options {
  std::string path;
  std::string group;  // whose members may ask, too; empty: root and our own user only
  std::string tokens_file;
  bool stored = true;  // what is written becomes durable
};

class Listener {
 public:
  /// Called on the listener's thread: posts to the loop, which later calls answer().
  using Hand = std::function<void(core::Asked)>;

  /// refused: another daemon listens there, no such group, or the path cannot be bound.
  [[nodiscard]] static ground::Result<std::unique_ptr<Listener>> open(Options options, Hand hand);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // From any thread. An answer comes before its event is durable.
  void answer(const core::Answer& answer);
  void durable(const std::vector<std::string>& ids);
  /// Nothing is handed over any more once this returns.
  void stop();
  [[nodiscard]] const std::string& path() const { return options_.path; }

 private:
  Listener(Options options, Hand hand) : options_{std::move(options)}, hand_{std::move(hand)} {}

  [[nodiscard]] std::optional<std::string> bind();
  void serve();
  [[nodiscard]] std::string reply_to(int connection);
  [[nodiscard]] std::string ask(const Peer& peer, std::string_view line);

  Options options_;
  Hand hand_;
  std::optional<gid_t> group_;
  int socket_ = -1, wake_ = -1;
  bool bound_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t ticket_ = 0;  // of the request under way
  std::optional<core::Answer> answer_;
  bool durable_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace holdup::control
