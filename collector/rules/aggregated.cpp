#include "collector/rules/aggregated.hpp"

#include <algorithm>
#include <cmath>

#include "collector/rules/over_time.hpp"
#include "collector/rules/turns.hpp"

namespace holdup::rules {
namespace {

constexpr std::size_t few = 8;  // of newcomers: each is put in its place; more are sorted and merged

/// NaN first, -0 before 0.
bool before(double a, double b) {
  worked();
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
  return a < b || (a == b && std::signbit(a) && !std::signbit(b));
}

}  // namespace

bool Aggregated::keeps_values() const { return !keeps_sum() && aggregate_ != Aggregate::count && aggregate_ != Aggregate::group; }

void Aggregated::add(double value) {
  ++count_;
  if (keeps_sum()) sum_.add(value);
  if (keeps_values()) values_.push_back(value);
}

void Aggregated::remove(double value) {
  --count_;
  if (keeps_sum()) sum_.remove(value);
  if (!keeps_values()) return;
  settle();
  values_.erase(std::ranges::lower_bound(values_, value, before));
  --in_order_;
}

double Aggregated::value() {
  settle();
  switch (aggregate_) {
    case Aggregate::sum:
      return sum_.value();
    case Aggregate::avg:
      return sum_.mean(static_cast<double>(count_));
    case Aggregate::min: {
      const auto least = std::ranges::find_if(values_, [](double value) { return !std::isnan(value); });
      return least == values_.end() ? values_.back() : *least;
    }
    case Aggregate::max:
      return values_.back();
    case Aggregate::count:
      return static_cast<double>(count_);
    case Aggregate::stddev:
      return std::sqrt(variance());
    case Aggregate::stdvar:
      return variance();
    case Aggregate::quantile:
      return quantile(parameter_, values_);
    case Aggregate::group:
    case Aggregate::topk:
    case Aggregate::bottomk:
    case Aggregate::count_values:
      break;
  }
  return 1;
}

double Aggregated::variance() const {
  Spread spread;
  for (double value : values_) worked(), spread.add(value);
  return spread.variance();
}

void Aggregated::settle() {
  const auto fresh = values_.begin() + static_cast<std::ptrdiff_t>(in_order_);
  if (values_.size() - in_order_ <= few) {
    for (auto it = fresh; it != values_.end(); ++it) std::rotate(std::upper_bound(values_.begin(), it, *it, before), it, it + 1);
  } else {
    std::sort(fresh, values_.end(), before);
    std::inplace_merge(values_.begin(), fresh, values_.end(), before);
  }
  in_order_ = values_.size();
}

}  // namespace holdup::rules
