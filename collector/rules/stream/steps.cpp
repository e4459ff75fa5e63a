#include "collector/rules/stream/steps.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/past.hpp"

namespace holdup::rules::stream {
namespace {

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

}  // namespace

Steps::Steps(const Expression& expression) : expression_{&expression}, step_{step_of(subquery())}, reach_{reach_of(subquery())} {}

void Steps::update(const Setting& setting, const Slots& slots) {
  cut();
  const auto now = ground::shifted(setting.at, setting.utc_offset);
  next_ = std::max(next_, multiple_after(ground::shifted(now, -reach_), step_, {}));
  for (; next_ <= now; next_ = ground::shifted(next_, step_)) evaluate(next_, setting, slots);
}

void Steps::evaluate(ground::Instant at, const Setting& setting, const Slots& slots) {
  Live live{slots};
  const Setting then{.at = ground::shifted(at, -setting.utc_offset), .utc_offset = setting.utc_offset, .lookback = setting.lookback};
  worked(a_text);
  auto evaluation = rules::evaluate(expression_->operands.front(), then, live);
  if (evaluation.error)
    failures_.emplace(at, *evaluation.error), let_go(order_);
  else
    push(std::get<Vector>(evaluation.value), at);
  let_go(evaluation.made);
  last_ = at;
  ++version_;
  forget_ended(at);
}

void Steps::push(const Vector& vector, ground::Instant at) {
  for (; order_.size() > vector.size(); order_.pop_back()) worked(4);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i == order_.size()) order_.emplace_back();
    const auto& element = vector[i];
    worked(10);
    if (!order_[i] || order_[i]->named != element.named || order_[i]->labels != *element.labels)
      worked(a_text), order_[i] = track(*element.labels, element.named);
    order_[i]->ring.push({at, element.value}, no_limit);
  }
}

std::shared_ptr<Steps::Track>& Steps::track(const Labels& labels, bool named) {
  auto key = key_of({.labels = &labels, .named = named}, false);
  auto& known = own_[key];
  if (known) return known;
  known = std::make_shared<Track>(Track{.labels = labels, .named = named, .ring = {}});
  known->ring.keep(reach_);
  ++tracks_made_;
  tracks_[std::move(key)] = known;
  return known;
}

void Steps::forget_ended(ground::Instant at) {
  const auto oldest = ground::shifted(at, -reach_);
  const auto ended = [&](const auto& entry) {
    worked(10);
    const auto points = entry.second->ring.points();
    return points.empty() || points.back().at <= oldest;
  };
  std::erase_if(own_, ended);
  std::erase_if(tracks_, ended);
  failures_.erase(failures_.begin(), failures_.upper_bound(oldest));
}

void Steps::redo(ground::Instant from) {
  if (from > last_) return;
  next_ = std::min(next_, multiple_after(ground::shifted(from, -ground::Duration{1}), step_, {}));
  redone_from_ = std::min(redone_from_, from);
  failures_.erase(failures_.lower_bound(from), failures_.end());
  last_ = ground::shifted(next_, -step_);
  ++version_;
}

void Steps::cut() {
  const auto from = std::exchange(redone_from_, ground::Instant::max());
  if (from == ground::Instant::max()) return;
  for (auto& [key, track] : own_) worked(10), track->ring.cut(from);
}

void Steps::fill(const Labels& labels, bool named, std::vector<Point> points) {
  track(labels, named)->ring.prepend(std::move(points), no_limit);
  ++version_;
}

void Steps::filled(ground::Instant to) { next_ = std::max(next_, multiple_after(to, step_, {})); }

void Steps::take_over(Steps& former) {
  former.cut();
  own_ = std::move(former.own_);
  order_.clear(), former.order_.clear();
  tracks_ = std::move(former.tracks_);
  tracks_made_ += former.tracks_made_;
  failures_ = std::move(former.failures_);
  last_ = former.last_;
  next_ = former.next_;
  ++version_;
}

const ExpressionError* Steps::failure(ground::Instant after, ground::Instant to) const {
  const auto first = failures_.upper_bound(after);
  return first != failures_.end() && first->first <= to ? &first->second : nullptr;
}

RuleSteps::RuleSteps(const Expression& expression) {
  for (const auto* subquery : held_subqueries(expression)) all_.emplace_back(*subquery);
}

void RuleSteps::update(const Setting& setting, const Slots& slots) {
  for (auto& steps : all_) steps.update(setting, slots);
}

ground::Instant RuleSteps::due(ground::Duration utc_offset) const {
  auto out = ground::Instant::max();
  for (const auto& steps : all_) out = std::min(out, ground::shifted(steps.next(), -utc_offset));
  return out;
}

ground::Instant RuleSteps::last() const {
  auto out = ground::Instant::min();
  for (const auto& steps : all_) out = std::max(out, steps.last());
  return out;
}

void RuleSteps::redo(ground::Instant from) {
  for (auto& steps : all_) steps.redo(from);
}

std::uint64_t RuleSteps::version() const {
  std::uint64_t out = 0;
  for (const auto& steps : all_) out += steps.version();
  return out;
}

const Steps* RuleSteps::find(const Expression& expression) const {
  const auto found = std::ranges::find_if(all_, [&](const Steps& steps) { return &steps.expression() == &expression; });
  return found == all_.end() ? nullptr : &*found;
}

std::optional<HeldSteps> Live::held(const Expression& expression, ground::Instant after, ground::Instant to) {
  const Steps* steps = steps_ != nullptr ? steps_->find(expression) : nullptr;
  if (steps == nullptr) return std::nullopt;
  HeldSteps out;
  const auto utc_after = ground::shifted(after, utc_offset_), utc_to = ground::shifted(to, utc_offset_);
  if (const auto* failure = steps->failure(utc_after, utc_to)) out.error = *failure;
  for (const auto& [key, track] : steps->tracks()) {
    const auto points = track->ring.between(utc_after, utc_to);
    worked(4 + points.size() / 8);
    if (points.empty()) continue;
    auto& made = out.tracks.emplace_back(Track{.labels = &track->labels, .named = track->named, .points = {points.begin(), points.end()}});
    for (auto& point : made.points) point.at = ground::shifted(point.at, -utc_offset_);
  }
  return out;
}

}  // namespace holdup::rules::stream
