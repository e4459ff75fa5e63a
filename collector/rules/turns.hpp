#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "ground/instant.hpp"

// Work in turns: however long a piece of it is, it rests wherever a turn's share is done and goes on from there with the next turn. It runs
// on a stack of its own, so that an evaluation needs no other form for that than to say what it has done. Used by the engine; where nobody
// counts turns, as for a query, worked() is nothing.
// A share is so much work, the same on every machine and each time; with a clock it is so much time besides, as what work takes is told by
// the machine, by what else it does, and by what lies in its caches.
namespace holdup::rules {

class Turns {
 public:
  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
  static constexpr auto longest = std::chrono::milliseconds{1};
  using Clock = ground::Instant (*)();

  /// Without a clock turns are of work alone.
  explicit Turns(Clock clock = nullptr);
  /// A piece that is under way is left where it stands.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// A turn begins, of so much work.
  void allow(std::size_t work) {
    left_ = clock_ != nullptr ? std::min(work, between_looks) : work;
    later_ = work - left_;
    lasts_ = false;
    begun_.reset();
  }
  /// One that lasts until all is done, whatever the clock says.
  void allow_all() { left_ = no_limit, later_ = 0, lasts_ = true; }
  /// Nothing more in this one, unless it lasts until all is done.
  void end() {
    if (!lasts_) left_ = later_ = 0;
  }
  [[nodiscard]] bool is_over() const { return left_ == 0; }

  /// While it lives worked() counts for these turns.
  class Counted {
   public:
    explicit Counted(Turns& turns);
    ~Counted();
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    Turns* before_;
  };

  /// Does as much of it as the turn allows; nothing else is under way, and worked() counts for these turns.
  void begin(std::function<void()> piece);
  /// More of it.
  void go_on();
  [[nodiscard]] bool is_under_way() const { return piece_ != nullptr; }

  [[gnu::always_inline]] void spend(std::size_t work) {
    if (work < left_)
      left_ -= work;
    else
      end_share();
  }

 private:
  struct Stack;
  static constexpr std::size_t between_looks = 2'000;  // at the clock: some 20 microseconds where all is at hand

  static void run();
  void end_share();
  void rest();

  Clock clock_;
  std::size_t left_ = 0, later_ = 0;      // to do before the next look at the clock, and after it
  bool lasts_ = false;                    // until all is done
  std::optional<ground::Instant> begun_;  // this turn, as of its first look
  std::function<void()> piece_;
  std::unique_ptr<Stack> stack_;  // since the first piece
};

namespace detail {
inline thread_local Turns* counting = nullptr;
}

/// So much was done, in units of a cheap look at one element, some ten nanoseconds; it may rest here. Inlined by hand: it stands where such
/// a look does.
[[gnu::always_inline]] inline void worked(std::size_t work = 1) {
  if (detail::counting != nullptr) detail::counting->spend(work);
}

/// What work weighs that makes or looks up a text, labels, or an alert with its texts.
inline constexpr std::size_t a_text = 25, a_label_set = 60, an_alert = 150;

/// Empties it one by one: what holds many things is long in going, too.
template <class Many>
void let_go(Many& many) {
  for (; !many.empty(); worked(a_text)) {
    if constexpr (requires { many.pop_back(); })
      many.pop_back();
    else
      many.erase(many.begin());
  }
}

}  // namespace holdup::rules
