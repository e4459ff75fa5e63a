#include "collector/rules/turns.hpp"

#include <ucontext.h>

#include <utility>

#include "ground/expect.hpp"
#include "ground/heap.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define HOLDUP_TOLD_OF_STACKS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOLDUP_TOLD_OF_STACKS
#endif
#endif
#ifdef HOLDUP_TOLD_OF_STACKS
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace holdup::rules {
namespace {

constexpr std::size_t stack_bytes = std::size_t{8} << 20U;  // as a thread's; what is never touched takes no memory

/// Ends a piece that nobody will go on with.
struct Abandoned {};

}  // namespace

/// The piece's own, and where it was left on either side.
struct Turns::Stack {
  std::unique_ptr<std::byte[]> bytes = std::make_unique_for_overwrite<std::byte[]>(stack_bytes);
  ucontext_t inside{}, outside{};
  bool is_inside = false, is_abandoned = false;
  const void* outer = nullptr;  // the caller's stack, for who watches over memory
  std::size_t outer_bytes = 0;
  void *kept = nullptr, *fiber = nullptr, *outer_fiber = nullptr;

  ~Stack() { renew(); }
  void renew();
  void enter();
  void arrive();
  void leave(bool for_good);
};

void Turns::Stack::renew() {
  kept = nullptr;
#ifdef __SANITIZE_THREAD__
  if (fiber != nullptr) __tsan_destroy_fiber(std::exchange(fiber, nullptr));
#endif
}

void Turns::Stack::enter() {
  is_inside = true;
  [[maybe_unused]] void* mine = nullptr;
#ifdef HOLDUP_TOLD_OF_STACKS
  __sanitizer_start_switch_fiber(&mine, bytes.get(), stack_bytes);
#endif
#ifdef __SANITIZE_THREAD__
  if (fiber == nullptr) fiber = __tsan_create_fiber(0);
  outer_fiber = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber, 0);
#endif
  HOLDUP_EXPECT(swapcontext(&outside, &inside) == 0);
#ifdef HOLDUP_TOLD_OF_STACKS
  __sanitizer_finish_switch_fiber(mine, nullptr, nullptr);
#endif
  is_inside = false;
}

/// The first thing on this side of a switch.
void Turns::Stack::arrive() {
#ifdef HOLDUP_TOLD_OF_STACKS
  __sanitizer_finish_switch_fiber(kept, &outer, &outer_bytes);
#endif
}

void Turns::Stack::leave([[maybe_unused]] bool for_good) {
#ifdef HOLDUP_TOLD_OF_STACKS
  __sanitizer_start_switch_fiber(for_good ? nullptr : &kept, outer, outer_bytes);
#endif
#ifdef __SANITIZE_THREAD__
  __tsan_switch_to_fiber(outer_fiber, 0);
#endif
  HOLDUP_EXPECT(swapcontext(&inside, &outside) == 0);
  arrive();
}

Turns::Turns(Clock clock) : clock_{clock} {}

Turns::~Turns() {
  if (!is_under_way()) return;
  stack_->is_abandoned = true;
  stack_->enter();
}

Turns::Counted::Counted(Turns& turns) : before_{std::exchange(detail::counting, &turns)} {}
Turns::Counted::~Counted() { detail::counting = before_; }

void Turns::begin(std::function<void()> piece) {
  HOLDUP_EXPECT(!is_under_way() && detail::counting == this);
  if (!stack_) stack_ = std::make_unique<Stack>();
  piece_ = std::move(piece);
  HOLDUP_EXPECT(getcontext(&stack_->inside) == 0);
  stack_->inside.uc_stack.ss_sp = stack_->bytes.get();
  stack_->inside.uc_stack.ss_size = stack_bytes;
  stack_->inside.uc_link = nullptr;
  stack_->renew();
  makecontext(&stack_->inside, &Turns::run, 0);
  go_on();
}

void Turns::go_on() { stack_->enter(); }

void Turns::run() {
  auto& turns = *detail::counting;
  turns.stack_->arrive();
  try {
    turns.piece_();
  } catch (const Abandoned&) {
  }
  turns.piece_ = nullptr;
  turns.stack_->leave(true);
}

/// More of it, where some is left and it is not late.
void Turns::end_share() {
  left_ = 0;
  if (later_ > 0) {
    const auto now = clock_();
    if (!begun_) begun_ = now;
    if (now - *begun_ < longest) {
      left_ = std::min(later_, between_looks);
      later_ -= left_;
      return;
    }
    later_ = 0;
  }
  rest();
}

void Turns::rest() {
  if (!stack_ || !stack_->is_inside || stack_->is_abandoned) return;
  ground::sort_freed();  // else whoever asks for memory next does it for all turns
  stack_->leave(false);
  if (stack_->is_abandoned) throw Abandoned{};
}

}  // namespace holdup::rules
