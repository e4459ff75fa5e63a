#include "collector/rules/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/numbered.hpp"
#include "ground/number.hpp"

// histogram_quantile over classic histograms: cumulative buckets, one series each, with their upper bound in the label `le`.
namespace holdup::rules {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double negligible = 1e-12;  // of two neighbours' mean: what rounding makes of equal counts

struct Histogram {
  const Labels* labels = nullptr;  // without `le`
  bool named = true;
  std::string name;
  std::vector<Bucket> buckets;
};

bool nearly_equal(double a, double b) {
  if (a == b) return true;
  const double sum = std::abs(a) + std::abs(b), apart = std::abs(a - b);
  if (a == 0 || b == 0 || sum < std::numeric_limits<double>::min()) return apart < negligible * std::numeric_limits<double>::min();
  return apart / std::min(sum, std::numeric_limits<double>::max()) < negligible;
}

/// By bound, those with the same one added up.
void put_in_order(std::vector<Bucket>& buckets) {
  std::ranges::stable_sort(buckets, {}, &Bucket::upper);
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper == buckets[last].upper)
      buckets[last].count += buckets[i].count;
    else
      buckets[++last] = buckets[i];
  }
  buckets.resize(last + 1);
}

/// Counts that fall, as those of several scrapes may, are raised to the one before; true where that was more than rounding.
bool made_monotonic(std::vector<Bucket>& buckets) {
  bool forced = false;
  double before = buckets.front().count;
  for (auto& bucket : buckets) {
    if (nearly_equal(bucket.count, before)) {
      bucket.count = before;
    } else if (bucket.count < before) {
      bucket.count = before;
      forced = true;
    } else {
      before = bucket.count;
    }
  }
  return forced;
}

}  // namespace

BucketQuantile bucket_quantile(double share, std::vector<Bucket> buckets) {
  if (std::isnan(share)) return {.value = not_a_number};
  if (share < 0) return {.value = -infinity};
  if (share > 1) return {.value = infinity};
  put_in_order(buckets);
  if (buckets.back().upper != infinity) return {.value = not_a_number};
  BucketQuantile out{.value = not_a_number, .forced = made_monotonic(buckets)};
  if (buckets.size() < 2 || buckets.back().count == 0 || std::isnan(buckets.back().count)) return out;
  const double rank = share * buckets.back().count;
  const auto last = buckets.end() - 1;
  const auto found = std::partition_point(buckets.begin(), last, [&](const Bucket& bucket) { return !(bucket.count >= rank); });
  if (found == last) return out.value = (last - 1)->upper, out;
  if (found == buckets.begin() && found->upper <= 0) return out.value = found->upper, out;
  const double start = found == buckets.begin() ? 0 : (found - 1)->upper, below = found == buckets.begin() ? 0 : (found - 1)->count;
  out.value = start + (found->upper - start) * ((rank - below) / (found->count - below));
  return out;
}

std::optional<double> bucket_bound(std::string_view text) {
  if (text == "+Inf" || text == "Inf" || text == "inf" || text == "+inf") return infinity;
  return ground::parse_number(text);
}

Vector histogram_quantiles(Evaluator& evaluator, const Expression& expression) {
  const auto& operands = expression.operands;
  const double share = evaluator.scalar(operands[0]);
  const bool late = evaluator.setting().late_names;
  if (!(share >= 0 && share <= 1))
    evaluator.remark(Remark::Weight::warning, operands[0], "quantile value should be between 0 and 1, got " + ground::number_text(share));
  std::vector<Histogram> histograms;
  Numbered known;
  for (const auto& element : evaluator.vector(operands[1])) {
    worked(2 * a_label_set);
    const std::string name{element.named || late ? element.labels->get(metric_name) : ""};
    const std::string text{element.labels->get("le")};
    const auto bound = bucket_bound(text);
    if (!bound) {
      evaluator.remark(Remark::Weight::warning, operands[1],
                       "bucket label \"le\" is missing or has a malformed value of \"" + text + "\"" +
                           (name.empty() ? "" : " for metric name \"" + name + "\""));
      continue;
    }
    Labels labels = *element.labels;
    labels.set("le", "");
    if (!late) labels.set(metric_name, "");
    const auto [place, fresh] = known.add(key_of({.labels = &labels}, true));
    if (fresh) histograms.push_back({.labels = evaluator.keep(std::move(labels)), .named = false, .name = name, .buckets = {}});
    histograms[place].buckets.push_back({*bound, element.value});
  }
  known.clear();
  Vector out;
  for (auto& histogram : histograms) {
    worked(a_label_set);
    const auto quantile = bucket_quantile(share, std::move(histogram.buckets));
    if (quantile.forced)
      evaluator.remark(Remark::Weight::info, operands[1],
                       "input to histogram_quantile needed to be fixed for monotonicity (see "
                       "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" +
                           (histogram.name.empty() ? "" : " for metric name \"" + histogram.name + "\""));
    out.push_back({.labels = histogram.labels, .named = false, .value = quantile.value});
  }
  return out;
}

}  // namespace holdup::rules
