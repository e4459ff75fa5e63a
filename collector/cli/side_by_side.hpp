#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <future>
#include <thread>
#include <vector>

// Jobs that know nothing of each other, on several threads. Used by verbs that play a lot of files.
namespace holdup::cli {

/// Calls `work(i)` of 0 to count - 1 on as many threads, and `done(result)` on the caller's in that order; when that returns false, or
/// throws, no other is begun. An exception of `work` is thrown at its turn.
template <class Work, class Done>
void side_by_side(std::size_t count, unsigned threads, Work work, Done done) {
  std::vector<std::packaged_task<decltype(work(std::size_t{}))(std::size_t)>> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.emplace_back(std::cref(work));
  std::atomic<std::size_t> next{0};
  const auto go_on = [&] {
    for (std::size_t i = next++; i < count; i = next++) tasks[i](i);
  };
  struct Pool {
    std::atomic<std::size_t>& next;
    std::size_t count;
    std::vector<std::jthread> threads = {};
    ~Pool() { next = count; }  // before the threads are joined
  } pool{next, count};
  for (unsigned t = 0; t < threads && t < count; ++t) pool.threads.emplace_back(go_on);
  for (auto& task : tasks)
    if (!done(task.get_future().get())) return;
}

}  // namespace holdup::cli
