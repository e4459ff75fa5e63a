#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

// Drives a loop by hand until one piece of work on it is done. For the wire tests.
namespace holdup::test {

/// Runs the loop until the work is done; throws when it hangs.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(work), [&result](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result.emplace(std::move(value));
  });
  io.restart();
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!result) {
    io.run_one_until(limit);
    if (std::chrono::steady_clock::now() >= limit) throw std::runtime_error{"the loop hangs"};
  }
  return std::move(*result);
}

/// Runs the loop until the condition holds, which may come about beside it; false when it does not within 20 s.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  io.restart();
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition() && std::chrono::steady_clock::now() < limit) io.run_one_for(std::chrono::milliseconds{5});
  return condition();
}

}  // namespace holdup::test
