#include "store/codec/plan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "ground/expect.hpp"
#include "store/codec/bytes.hpp"
#include "store/codec/integers.hpp"

namespace holdup::store::codec {
namespace {

constexpr unsigned bases[] = {2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256};
constexpr std::size_t bins = 1024;
constexpr std::int64_t half = bins / 2;
constexpr double elsewhere_bits = 12;  // of a number that has no digit

/// So many that nearly all of what is left goes into eight bits.
unsigned low_bits(std::span<const std::int64_t> numbers, std::int64_t centre) {
  std::array<std::size_t, 65> widths{};
  for (const std::int64_t number : numbers) ++widths[static_cast<std::size_t>(std::bit_width(zigzag(difference(number, centre))))];
  std::size_t wider = 0;
  unsigned width = 64;
  for (; width > 0 && wider + widths[width] <= numbers.size() / 16; --width) wider += widths[width];
  return width > 8 ? std::min(width - 7, most_low_bits) : 0;
}

class Counts {
 public:
  Counts(std::span<const std::int64_t> numbers, std::int64_t centre, unsigned low) : all_(numbers.size()), weight_of_all_(weight(all_)) {
    for (const std::int64_t number : numbers) {
      const auto bin = static_cast<std::uint64_t>(sum(difference(number, centre) >> low, half));
      if (bin >= bins) continue;
      ++count_[bin];
      first_ = std::min<std::size_t>(first_, bin);
      end_ = std::max<std::size_t>(end_, bin + 1);
    }
    first_ = std::min(first_, end_);
    until_[first_] = 0, weight_[first_] = 0;
    for (std::size_t bin = first_; bin < end_; ++bin) {
      until_[bin + 1] = until_[bin] + count_[bin];
      weight_[bin + 1] = weight_[bin] + weight(count_[bin]);
    }
  }

  struct Window {
    std::size_t first = 0;
    double bits = 0;
    bool all = false;
  };
  /// Where the digits of this base begin so that most numbers have one, and what all then take.
  [[nodiscard]] std::optional<Window> window(unsigned base) const {
    std::size_t best = first_, most = 0;
    const bool all = end_ - first_ <= base && until_[end_] == all_;  // then no digit is spent on those without one
    const std::size_t width = all ? end_ - first_ : std::min<std::size_t>(base - 1, end_ - first_);
    for (std::size_t at = first_; at + width <= end_; ++at)
      if (const std::size_t in = until_[at + width] - until_[at]; in > most) best = at, most = in;
    const std::size_t elsewhere = all_ - most;
    if (elsewhere > all_ / 8) return std::nullopt;
    const double entropy = weight_of_all_ - (weight_[best + width] - weight_[best]) - weight(elsewhere);
    return Window{best, entropy + elsewhere_bits * static_cast<double>(elsewhere), all};
  }

 private:
  static double weight(std::size_t count) { return count < 2 ? 0 : static_cast<double>(count) * std::log2(static_cast<double>(count)); }

  std::size_t all_;
  double weight_of_all_;
  std::array<std::uint32_t, bins> count_{};
  std::size_t first_ = bins, end_ = 0;
  std::array<std::size_t, bins + 1> until_;  // from first_ to end_, as weight_
  std::array<double, bins + 1> weight_;
};

/// Of the table that tells which byte is how long, and of what a whole number of bits a byte wastes.
double overhead(unsigned base, std::size_t count) {
  const unsigned together = digits_a_byte(base);
  const double bytes = static_cast<double>(count) / together;
  const double table = 2.5 * std::min(std::pow(base, together), bytes);
  return table + 0.03 * bytes;
}

}  // namespace

std::int64_t median(std::span<const std::int64_t> numbers) {
  std::array<std::int64_t, 63> sample{};
  const std::size_t count = std::min(numbers.size(), std::clamp<std::size_t>(numbers.size() / 16, 9, sample.size()));
  for (std::size_t i = 0; i < count; ++i) sample[i] = numbers[i * numbers.size() / count];
  const auto at = sample.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(sample.begin(), at, sample.begin() + static_cast<std::ptrdiff_t>(count));
  return *at;
}

std::vector<Plan> plans(std::span<const std::int64_t> numbers, std::size_t most) {
  const std::int64_t centre = median(numbers);
  unsigned low = 0;
  std::optional<Counts> counts{std::in_place, numbers, centre, low};
  if (!counts->window(256)) {
    low = low_bits(numbers, centre);
    counts.emplace(numbers, centre, low);
  }
  std::vector<Plan> found;
  bool all = false;  // had a digit of the base before
  for (const unsigned base : bases) {
    if (all && digits_a_byte(base) == digits_a_byte(found.back().base)) continue;
    const auto window = counts->window(base);
    if (!window) continue;
    all = window->all;
    const double least = static_cast<double>(numbers.size()) / digits_a_byte(base);  // a bit a byte
    const double bits = std::max(window->bits, least) + overhead(base, numbers.size()) + static_cast<double>(low * numbers.size());
    const auto step = static_cast<std::int64_t>(window->first) - half;
    const Plan plan{sum(centre, product(step, static_cast<std::int64_t>(std::uint64_t{1} << low))), base, low, window->all, bits};
    if (found.empty() || digits_a_byte(found.back().base) != digits_a_byte(base)) {
      found.push_back(plan);
    } else if (bits < found.back().bits) {
      found.back() = plan;
    }
  }
  HOLDUP_EXPECT(!found.empty());
  // those of the most digits a byte, which come first, may gain by what follows what: they are always worth a trial
  std::sort(found.begin() + 1, found.end(), [](const Plan& a, const Plan& b) { return a.bits < b.bits; });
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace holdup::store::codec
