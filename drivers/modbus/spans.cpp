#include "drivers/modbus/spans.hpp"

#include <algorithm>
#include <utility>

namespace holdup::modbus {
namespace {

Span hull(const Span& a, const Span& b) {
  return {a.function, a.address, static_cast<std::uint16_t>(std::max(a.end(), b.end()) - a.address)};
}

std::uint32_t longest(Function function, std::uint16_t limit) {
  const bool bits = function == Function::coils || function == Function::discrete_inputs;
  return bits ? std::min<std::uint32_t>(16u * limit, max_bits) : std::min(limit, max_registers);
}

}  // namespace

std::vector<Span> readable_ranges(std::vector<Span> named, std::uint16_t gap) {
  std::ranges::sort(named);
  std::vector<Span> ranges;
  for (const Span& next : named) {
    const bool joins = !ranges.empty() && ranges.back().function == next.function && next.address <= ranges.back().end() + gap;
    if (joins)
      ranges.back() = hull(ranges.back(), next);
    else
      ranges.push_back(next);
  }
  return ranges;
}

std::vector<Span> merged(std::vector<Span> asked, std::span<const Span> readable, std::uint16_t limit) {
  std::ranges::sort(asked);
  std::vector<Span> spans;
  for (const Span& next : asked) {
    const auto fits = [&](const Span& whole) {
      return whole.count <= longest(whole.function, limit) && std::ranges::any_of(readable, [&](const Span& r) { return r.covers(whole); });
    };
    if (!spans.empty() && spans.back().function == next.function &&
        std::max(spans.back().end(), next.end()) - spans.back().address <= max_bits && fits(hull(spans.back(), next)))
      spans.back() = hull(spans.back(), next);
    else
      spans.push_back(next);
  }
  return spans;
}

std::vector<Span> narrowed(const std::vector<Span>& readable, Span failed, std::vector<Span> good) {
  for (const Span& range : readable) {
    const bool apart = range.function != failed.function || range.end() <= failed.address || failed.end() <= range.address;
    if (apart) good.push_back(range);
    if (apart) continue;
    if (range.address < failed.address)
      good.push_back({range.function, range.address, static_cast<std::uint16_t>(failed.address - range.address)});
    if (range.end() > failed.end())
      good.push_back({range.function, static_cast<std::uint16_t>(failed.end()), static_cast<std::uint16_t>(range.end() - failed.end())});
  }
  return readable_ranges(std::move(good), 0);
}

}  // namespace holdup::modbus
