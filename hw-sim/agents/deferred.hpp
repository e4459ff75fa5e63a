#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>

#include "ground/instant.hpp"

// Actions that happen later, all given up together: slow and late answers wait here. Outlives the
// io_context's run().
namespace hwsim::agents {

namespace ground = holdup::ground;
namespace asio = boost::asio;

class Deferred {
 public:
  explicit Deferred(asio::any_io_executor executor) : executor_{std::move(executor)} {}

  /// At once when the delay is zero. Beyond 10,000 waiting actions new ones are dropped, as a full wire would.
  void after(ground::Duration delay, std::function<void()> action);
  void cancel() { waiting_.clear(); }

 private:
  static constexpr std::size_t most_waiting = 10'000;
  asio::any_io_executor executor_;
  std::map<std::uint64_t, asio::steady_timer> waiting_;
  std::uint64_t next_ = 0;
};

}  // namespace hwsim::agents
