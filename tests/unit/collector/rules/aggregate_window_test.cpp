#include "collector/rules/aggregate_window.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rules;
using namespace std::chrono_literals;

namespace {

ground::Instant at(ground::Duration t) { return ground::Instant{t}; }

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The same over all samples, by the definition.
std::optional<double> plain(WindowKind kind, const std::vector<std::pair<ground::Instant, double>>& samples, ground::Instant now,
                            ground::Duration range) {
  std::optional<double> out;
  double count = 0;
  for (const auto& [time, value] : samples) {
    if (time <= now - range || time > now) continue;
    ++count;
    if (!out)
      out = value;
    else if (kind == WindowKind::average)
      out = *out + value;
    else if (std::isnan(*out) || (kind == WindowKind::maximum ? value > *out : value < *out))
      out = value;
  }
  return out && kind == WindowKind::average ? std::optional{*out / count} : out;
}

}  // namespace

TEST_CASE("a window is open on its left side") {
  AggregateWindow window{{WindowKind::maximum, 10s}, 100};
  window.push(at(100s), 5);
  CHECK(window.value(at(100s)) == 5.0);
  CHECK(window.changes_at() == at(110s));
  CHECK(window.value(at(110s - 1ns)) == 5.0);
  CHECK_FALSE(window.value(at(110s)).has_value());
  CHECK(window.changes_at() == ground::Instant::max());
}

TEST_CASE("NaN is an extreme only where nothing else stands") {
  AggregateWindow window{{WindowKind::minimum, 10s}, 100};
  window.push(at(1s), nan_value);
  CHECK(std::isnan(window.value(at(1s)).value()));
  window.push(at(2s), 7);
  window.push(at(3s), nan_value);
  CHECK(window.value(at(3s)) == 7.0);
  CHECK(std::isnan(window.value(at(12s)).value()));
}

TEST_CASE("an average takes infinities and NaN in and back out") {
  AggregateWindow window{{WindowKind::average, 10s}, 100};
  window.push(at(1s), infinity);
  window.push(at(2s), 4);
  CHECK(window.value(at(2s)) == infinity);
  window.push(at(3s), -infinity);
  CHECK(std::isnan(window.value(at(3s)).value()));
  CHECK(window.value(at(11s)) == -infinity);
  window.push(at(12s), nan_value);
  window.push(at(13s), 6);
  CHECK(std::isnan(window.value(at(14s)).value()));
  CHECK(window.value(at(22s)) == 6.0);
}

TEST_CASE("an average of values whose sum overflows is still their average") {
  AggregateWindow window{{WindowKind::average, 10s}, 100};
  window.push(at(1s), 1.5e308);
  window.push(at(2s), 1.5e308);
  CHECK(window.value(at(2s)).value() == Approx(1.5e308));
}

TEST_CASE("windows agree with the definition over a long run") {
  const auto kind = GENERATE(WindowKind::average, WindowKind::minimum, WindowKind::maximum);
  AggregateWindow window{{kind, 200s}, 1000};
  std::vector<std::pair<ground::Instant, double>> samples;
  std::uint64_t state = 42;
  for (int i = 1; i <= 3000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double value = static_cast<double>(state >> 40) * 0.37 - 1e6;
    const auto now = at(i * 1s + (i > 1500 ? 500s : 0s));
    samples.emplace_back(now, value);
    window.push(now, value);
    if (i % 7 == 0) CHECK(window.value(now).value() == Approx(plain(kind, samples, now, 200s).value()).epsilon(1e-12));
  }
}

TEST_CASE("a full window lets its oldest sample go and counts it") {
  AggregateWindow window{{WindowKind::average, 1h}, 3};
  for (int i = 1; i <= 5; ++i) window.push(at(i * 1s), i);
  CHECK(window.value(at(5s)) == 4.0);
  CHECK(window.samples_cut() == 2);
}
