#include "collector/cli/rule_past.hpp"

#include <spdlog/spdlog.h>

#include <future>
#include <utility>

#include "ground/clock/clock.hpp"

namespace holdup::cli {
namespace {

using namespace std::chrono_literals;

constexpr ground::Duration most_waited = 10s;  // for the store to have written what came before a reload

ground::Utc utc_now() { return ground::utc(ground::clock::now(), ground::clock::utc_offset()); }

}  // namespace

RulePast::RulePast(std::string store, Post post, Take take)
    : store_{std::move(store)}, post_{std::move(post)}, take_{std::move(take)}, start_{utc_now()}, thread_{[this] { work(); }} {}

void RulePast::begin(std::shared_ptr<const rules::RuleSet> rules, std::vector<std::size_t> waiting) {
  const auto mine = ++asked_;
  StoredPast::Asked asked{.rules = std::move(rules), .waiting = std::move(waiting), .start = start_, .now = utc_now(), .is_over = {}};
  asked.is_over = [this, mine] { return asked_ != mine; };
  const std::lock_guard lock{mutex_};
  next_ = std::move(asked);
  changed_.notify_one();
}

void RulePast::stop() {
  ++asked_;
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void RulePast::work() {
  while (true) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return stopping_ || next_; });
    if (stopping_) return;
    const auto asked = *std::exchange(next_, std::nullopt);
    lock.unlock();
    read(asked);
  }
}

void RulePast::read(const StoredPast::Asked& asked) {
  const auto began = ground::clock::now();
  spdlog::info("rules_look_back rules={}", asked.waiting.size());
  const auto figures = [&]() -> ground::Result<StoredPast::Figures> {
    auto reader = store::Reader::open(store_);
    if (!reader) return reader.error();
    await_recording(asked, *reader);
    return StoredPast{*reader, asked, [&](core::Past past) { return hand(std::move(past), asked); }}.read();
  }();
  if (asked.is_over()) return;
  const auto took = ground::seconds(ground::clock::now() - began);
  if (figures)
    return spdlog::info("rules_looked_back rules={} series={} samples={} elements={} steps={} took_s={:.3f}", asked.waiting.size(),
                        figures->series, figures->samples, figures->elements, figures->steps, took);
  spdlog::error("rules_look_back_failed reason=\"{}\": windows of rules begin empty", figures.error().what);
  (void)hand({.of = asked.rules, .tracks = {}, .steps = {}, .failures = {}, .complete = asked.waiting}, asked);
}

/// After a reload: what a window did not hold before may still be on its way to the disk.
void RulePast::await_recording(const StoredPast::Asked& asked, store::Reader& reader) const {
  if (asked.now < start_ + 1s) return;
  const auto until = ground::clock::now() + most_waited;
  while (!asked.is_over() && ground::clock::now() < until) {
    const auto recorded = recorded_until(reader);
    if (!recorded || *recorded >= asked.now) return;
    std::this_thread::sleep_for(100ms);
  }
}

/// False: nobody wants more.
bool RulePast::hand(core::Past past, const StoredPast::Asked& asked) {
  auto taken = std::make_shared<std::promise<void>>();
  auto is_taken = taken->get_future();
  post_([this, taken, held = std::make_shared<core::Past>(std::move(past))] {
    take_(std::move(*held));
    taken->set_value();
  });
  while (!asked.is_over())
    if (is_taken.wait_for(20ms) == std::future_status::ready) return true;
  return false;
}

}  // namespace holdup::cli
