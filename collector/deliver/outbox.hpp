#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/deliver/target.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// Performs what the core decided to tell: posts JSON bodies over HTTP, each target on a connection of its own that is opened ahead, so
// that an alert leaves in one write. What to send, when, and again after a failure is the core's. Used by the live host, on its loop.
namespace holdup::deliver {

class Sender;

/// What happened at one target since the start.
struct Tally {
  std::uint64_t posts = 0, answers = 0, timeouts = 0, dials = 0;
  std::uint64_t at_once = 0;  // posts that left, or began to, while they were handed over
  std::uint64_t dropped = 0;  // gave way to newer posts in the full queue
  std::uint64_t resent = 0;   // the kept connection turned out to be closed: sent once more on a new one
  std::string last_trouble;   // for a person; printable
};

class Outbox {
 public:
  struct Options {
    std::size_t most_waiting = 10'000;                                 // posts a target
    ground::Duration redial_pause = std::chrono::seconds{1};           // of the connection opened ahead; doubles
    ground::Duration longest_redial_pause = std::chrono::seconds{60};  // … up to this
    ground::Duration dial_limit = std::chrono::seconds{5};             // an attempt to open ahead
  };

  Outbox(boost::asio::any_io_executor executor, std::vector<Target> targets, Options options);
  Outbox(boost::asio::any_io_executor executor, std::vector<Target> targets) : Outbox{std::move(executor), std::move(targets), Options{}} {}
  ~Outbox();  // as stop()
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// On an idle connection it has left when this returns. Status of the target's answer, whatever it is, or a Failure by the deadline. One
  /// post of a target is under way, the others wait in order; when too many wait the oldest ends as a Failure of kind machine.
  [[nodiscard]] boost::asio::awaitable<ground::Result<int>> post(std::size_t target, const std::string& body, ground::Instant deadline);
  /// Closes all connections; posts under way and waiting end as cancelled, and so do later ones.
  void stop();

  [[nodiscard]] std::size_t targets() const { return senders_.size(); }
  [[nodiscard]] const Tally& tally(std::size_t target) const;

 private:
  std::vector<std::shared_ptr<Sender>> senders_;
};

}  // namespace holdup::deliver
