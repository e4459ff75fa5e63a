#include "collector/rules/stream/stepped.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/over_time.hpp"

namespace holdup::rules::stream {
namespace {

constexpr std::size_t most_reckoned = 100'000;                     // that one turn reckons from, of sorted ones a tenth
constexpr ground::Duration breath = std::chrono::microseconds{1};  // until it goes on

}  // namespace

void Stepped::update(const Setting& setting) {
  begin();
  const auto& subquery = steps_.subquery();
  const auto now = ground::shifted(setting.at, setting.utc_offset);
  const auto to = ground::shifted(now, -subquery.view.offset), from = ground::shifted(to, -subquery.range);
  const Window window{.samples = {}, .from = from, .to = to, .at = now, .utc_offset = {}, .parameters = reckoning_.parameters};
  const bool is_whole = swept_ == cells().size();
  if (version_ != steps_.version() || (is_whole && due_ <= setting.at)) begin_sweep(window);
  const std::size_t weight = over_time::sorts(reckoning_.reckon) ? 10 : 1;
  for (std::size_t points = 0; swept_ < cells().size() && points < most_reckoned; ++swept_) {
    points += weight * bound_[swept_]->ring.points().size();
    refresh(static_cast<std::uint32_t>(swept_), window);
  }
  if (swept_ < cells().size()) return void(due_ = ground::shifted(setting.at, breath));
  ready_ = true;
  // A step comes into the window, or leaves it; also one that did while others were looked at.
  const auto comes = ground::shifted(multiple_after(swept_to_, steps_.step(), {}), subquery.view.offset);
  const auto leaves = ground::shifted(multiple_after(ground::shifted(swept_to_, -subquery.range), steps_.step(), {}), subquery.range);
  const auto next = std::min(comes, ground::shifted(leaves, subquery.view.offset));
  due_ = std::max(ground::shifted(next, -setting.utc_offset), ground::shifted(setting.at, breath));
}

void Stepped::begin_sweep(const Window& window) {
  version_ = steps_.version();
  swept_ = 0;
  swept_to_ = window.to;
  failed_ = steps_.failure(window.from, window.to) != nullptr;
  if (std::exchange(tracks_made_, steps_.tracks_made()) == steps_.tracks_made()) return;
  for (const auto& [key, track] : steps_.tracks()) {
    worked(a_text);
    const auto* address = track.get();
    if (!known_.add({reinterpret_cast<const char*>(&address), sizeof address}).second) continue;
    bound_.push_back(track);
    add(&track->labels, track->named && reckoning_.keeps_name);
  }
}

void Stepped::refresh(std::uint32_t cell, Window window) {
  worked(12);
  window.samples = bound_[cell]->ring.between(window.from, window.to);
  add_work(window.samples.size() / (over_time::sorts(reckoning_.reckon) ? 2 : 4));
  yield(cell, window.samples.empty() ? std::nullopt : reckoning_.reckon(window));
}

}  // namespace holdup::rules::stream
