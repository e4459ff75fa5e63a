#include "collector/rules/aggregate_window.hpp"

#include <cmath>
#include <limits>

namespace holdup::rules {
namespace {

// Below this many samples the sum is made anew after each loss: as exact as a plain evaluation, and as cheap.
constexpr std::size_t always_anew = 64;

/// An older value that can no longer be the extreme once `newer` stands behind it. NaN is the result only where nothing else is.
bool outdone(WindowKind kind, double older, double newer) {
  if (std::isnan(older)) return true;
  return kind == WindowKind::maximum ? older <= newer : older >= newer;
}

}  // namespace

void AggregateWindow::push(ground::Instant at, double value) {
  if (shape_.kind == WindowKind::average) {
    add(value);
  } else {
    while (!samples_.empty() && outdone(shape_.kind, samples_.back().value, value)) samples_.pop_back();
  }
  samples_.push_back({at, value});
  if (samples_.size() <= most_samples_) return;
  forget_oldest();
  ++cut_;
}

std::optional<double> AggregateWindow::value(ground::Instant now) {
  while (!samples_.empty() && samples_.front().at <= now - shape_.range) forget_oldest();
  if (samples_.empty()) return std::nullopt;
  return shape_.kind == WindowKind::average ? average() : samples_.front().value;
}

ground::Instant AggregateWindow::changes_at() const {
  return samples_.empty() ? ground::Instant::max() : samples_.front().at + shape_.range;
}

void AggregateWindow::forget_oldest() {
  const double value = samples_.front().value;
  samples_.pop_front();
  if (shape_.kind != WindowKind::average) return;
  ++taken_back_;
  if (std::isnan(value)) {
    --nans_;
  } else if (std::isinf(value)) {
    --(value > 0 ? infinities_ : negative_infinities_);
  } else {
    add(-value);
  }
}

double AggregateWindow::average() {
  if (nans_ > 0 || (infinities_ > 0 && negative_infinities_ > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (infinities_ > 0) return std::numeric_limits<double>::infinity();
  if (negative_infinities_ > 0) return -std::numeric_limits<double>::infinity();
  const bool due = taken_back_ > 0 && (samples_.size() <= always_anew || taken_back_ >= samples_.size());
  if (due || !std::isfinite(sum_ + lost_)) sum_again();
  const auto count = static_cast<double>(samples_.size());
  if (std::isfinite(sum_ + lost_)) return (sum_ + lost_) / count;
  double mean = 0;  // the sum overflows where the mean does not
  for (const auto& sample : samples_) mean += sample.value / count;
  return mean;
}

void AggregateWindow::add(double value) {
  if (std::isnan(value)) {
    ++nans_;
  } else if (std::isinf(value)) {
    ++(value > 0 ? infinities_ : negative_infinities_);
  } else {
    const double sum = sum_ + value;  // Neumaier's compensation, as Prometheus sums
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
  }
}

void AggregateWindow::sum_again() {
  sum_ = lost_ = 0;
  taken_back_ = nans_ = infinities_ = negative_infinities_ = 0;
  for (const auto& sample : samples_) add(sample.value);
}

}  // namespace holdup::rules
