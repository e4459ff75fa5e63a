#pragma once

#include <optional>
#include <string_view>
#include <vector>

// Quantiles of classic histograms: cumulative buckets, one series each, with their upper bound in the label `le`. Used by both engines.
namespace holdup::rules {

struct Bucket {
  double upper, count;
};

struct BucketQuantile {
  double value = 0;
  bool forced = false;  // counts fell from bucket to bucket by more than rounding
};

/// By the distance within the bucket that the share falls into; the last bucket has no end, the first begins at 0 where that is below it.
[[nodiscard]] BucketQuantile bucket_quantile(double share, std::vector<Bucket> buckets);
/// What a label `le` says; nothing where that is no number.
[[nodiscard]] std::optional<double> bucket_bound(std::string_view text);

}  // namespace holdup::rules
