#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "store/record/event.hpp"

// Events on their way to the clients of /api/holdup/v1/stream: a bounded queue a client, and what it was already given from the store.
// Used by Server, which tells, and Connection, which sends. Belongs to the serve thread.
namespace holdup::serve {

/// Server-sent event: the data line, and an id only where the event is durable, so that a client that resumes after the last id it saw
/// gets the durable line of every event that it only knows as said.
[[nodiscard]] std::string stream_frame(const record::Event& event);

/// A client's queue. `wake` when frames are there, `cut` when the client lags too far behind.
class Subscriber {
 public:
  static constexpr std::size_t most_frames = 1'000;

  Subscriber(std::function<void()> wake, std::function<void()> cut) : wake_{std::move(wake)}, cut_{std::move(cut)} {}

  /// From now until caught_up(), live events wait behind those of the store.
  void catch_up() { catching_up_ = true; }
  /// One slice from the store, as frames; its events will not come a second time.
  [[nodiscard]] std::string recall(const std::vector<record::Event>& slice);
  void caught_up() { catching_up_ = false; }

  void tell(const record::Event& event);
  /// Frames that may go now, at most about `bytes` of them; empty when there are none.
  [[nodiscard]] std::string take(std::size_t bytes);

 private:
  struct Frame {
    std::string event_id, text;
  };
  std::function<void()> wake_, cut_;
  std::deque<Frame> frames_;
  std::set<std::string, std::less<>> recalled_;
  bool catching_up_ = false;
};

class Streams {
 public:
  void add(Subscriber& subscriber) { all_.insert(&subscriber); }
  void remove(Subscriber& subscriber) { all_.erase(&subscriber); }
  void tell(const std::vector<record::Event>& events);
  /// Of the past, which nobody is told of.
  void remember(const std::vector<record::Event>& restored);
  /// The newest durable event's id: where a stream that begins now can be resumed from. Empty when there is none.
  [[nodiscard]] const std::string& last_durable() const { return last_durable_; }
  [[nodiscard]] std::size_t count() const { return all_.size(); }

 private:
  std::set<Subscriber*> all_;
  std::string last_durable_;
};

}  // namespace holdup::serve
