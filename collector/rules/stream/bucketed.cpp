#include "collector/rules/stream/bucketed.hpp"

#include <algorithm>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/histogram.hpp"

namespace holdup::rules::stream {

void Bucketed::update(const Setting&) {
  begin();
  while (places_.size() < vector_.cells().size()) {
    const auto cell = static_cast<std::uint32_t>(places_.size());
    places_.push_back(place_of(vector_.cells()[cell]));
    if (const auto histogram = places_.back().histogram) buckets_[*histogram].push_back(cell);
  }
  for (const auto cell : vector_.changed()) {
    worked();
    if (const auto histogram = places_[cell].histogram) touched_.insert(*histogram);
  }
  touched_.take_all([&](std::uint32_t histogram) { refresh(histogram); });
}

Bucketed::Place Bucketed::place_of(const Cell& cell) {
  worked(a_label_set);
  const auto bound = bucket_bound(cell.labels->get("le"));
  if (!bound) return {};
  Labels labels = *cell.labels;
  labels.set("le", "");
  labels.set(metric_name, "");
  const auto [histogram, fresh] = known_.add(key_of({.labels = &labels}, true));
  if (fresh) buckets_.emplace_back(), add(std::move(labels), false);
  return {.histogram = histogram, .upper = *bound};
}

void Bucketed::refresh(std::uint32_t histogram) {
  std::vector<Bucket> buckets;
  for (const auto cell : buckets_[histogram])
    if (const Cell& bucket = vector_.cells()[cell]; bucket.present) buckets.push_back({places_[cell].upper, bucket.value});
  yield(histogram, buckets.empty() ? std::nullopt : std::optional{bucket_quantile(share_, std::move(buckets)).value});
}

}  // namespace holdup::rules::stream
