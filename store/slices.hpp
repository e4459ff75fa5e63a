#pragma once

#include <coroutine>
#include <exception>
#include <utility>

// A piece of work cut in slices: a coroutine that yields wherever whoever runs it may turn to something more urgent.
namespace holdup::store {

struct Pause {};

class Slices {
 public:
  struct Promise {
    std::exception_ptr failure;
    Slices get_return_object() { return Slices{std::coroutine_handle<Promise>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(Pause) noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }
  };

  using promise_type = Promise;

  Slices() = default;
  Slices(Slices&& other) noexcept : run_{std::exchange(other.run_, {})} {}
  Slices& operator=(Slices&& other) noexcept {
    std::swap(run_, other.run_);
    return *this;
  }
  ~Slices() {
    if (run_) run_.destroy();
  }

  [[nodiscard]] bool under_way() const { return run_ && !run_.done(); }
  /// The next slice; throws what it throws.
  void next() {
    run_.resume();
    if (run_.done() && run_.promise().failure) std::rethrow_exception(run_.promise().failure);
  }

 private:
  explicit Slices(std::coroutine_handle<Promise> run) : run_{run} {}
  std::coroutine_handle<Promise> run_;
};

}  // namespace holdup::store
