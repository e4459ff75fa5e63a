#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

// One thread that reads the store for the serve thread: queries, past events. Its queue is bounded; when it is full, the asker is told so
// at once. Used by Server.
namespace holdup::serve {

class Worker {
 public:
  using Job = std::function<void()>;
  static constexpr std::size_t most_waiting = 16;

  Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Waits for the job at hand, which should look at stopping(); jobs that wait are not done.
  ~Worker();

  enum class Place { last, first };  // first: past events, which are quick and which a stream waits for
  /// False when too many wait.
  [[nodiscard]] bool submit(Job job, Place place);
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace holdup::serve
