#include "collector/serve/worker.hpp"

#include <utility>

namespace holdup::serve {

Worker::Worker() : thread_{[this] { work(); }} {}

Worker::~Worker() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    jobs_.clear();
  }
  changed_.notify_one();
  thread_.join();
}

bool Worker::submit(Job job, Place place) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || jobs_.size() >= most_waiting) return false;
    if (place == Place::first)
      jobs_.push_front(std::move(job));
    else
      jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Worker::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace holdup::serve
