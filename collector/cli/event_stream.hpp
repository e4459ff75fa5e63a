#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "collector/cli/daemon_client.hpp"
#include "store/record/event.hpp"

// What a daemon says from now on, read on a thread of its own, so that its verb can meanwhile ask and listen to a person. Connects again
// where it left off when the connection ends.
namespace holdup::cli {

class EventStream {
 public:
  explicit EventStream(DaemonClient daemon);

  /// The daemon has greeted: nothing that it says from now on is missed. False when it has not by then.
  [[nodiscard]] bool connected(ground::Duration patience);
  /// The next one, each as often as it is told; nothing when there is none by then.
  [[nodiscard]] std::optional<record::Event> next(ground::Duration patience);

 private:
  void follow(const std::stop_token& stop);
  void take(const DaemonClient::Message& message);

  DaemonClient daemon_;
  std::string last_;  // id; of the thread
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool connected_ = false;
  std::deque<record::Event> events_;
  std::jthread thread_;  // the last to come, the first to go
};

}  // namespace holdup::cli
