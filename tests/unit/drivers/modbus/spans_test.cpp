#include "drivers/modbus/spans.hpp"

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace holdup::modbus;

namespace {

using Spans = std::vector<Span>;

Span holding(std::uint16_t address, std::uint16_t count) { return {Function::holding_registers, address, count}; }

/// The named registers of an Open Rack v3 supply from 60 on: 65 and 66 are not named.
const Spans named{holding(60, 1), holding(61, 1), holding(62, 1), holding(63, 1),
                  holding(64, 1), holding(67, 1), holding(68, 1), holding(69, 21)};

}  // namespace

TEST_CASE("neighbouring registers are one readable range, a gap parts them") {
  CHECK(readable_ranges(named, 0) == Spans{holding(60, 5), holding(67, 23)});
  CHECK(readable_ranges(named, 1) == Spans{holding(60, 5), holding(67, 23)});
  CHECK(readable_ranges(named, 2) == Spans{holding(60, 30)});
  CHECK(readable_ranges({}, 0).empty());
}

TEST_CASE("registers that overlap are one range") { CHECK(readable_ranges({holding(10, 4), holding(11, 1)}, 0) == Spans{holding(10, 4)}); }

TEST_CASE("tables are never mixed") {
  const Span input{Function::input_registers, 11, 1};
  const Spans readable = readable_ranges({holding(10, 1), input}, 10);
  CHECK(readable == Spans{holding(10, 1), input});
  CHECK(merged({holding(10, 1), input}, readable, 125) == Spans{holding(10, 1), input});
}

TEST_CASE("asked registers are merged over named ones, not over a gap") {
  const Spans readable = readable_ranges(named, 0);
  CHECK(merged({holding(62, 1), holding(61, 1)}, readable, 125) == Spans{holding(61, 2)});
  CHECK(merged({holding(60, 1), holding(64, 1)}, readable, 125) == Spans{holding(60, 5)});
  CHECK(merged({holding(61, 1), holding(67, 1), holding(88, 1)}, readable, 125) == Spans{holding(61, 1), holding(67, 22)});
  CHECK(merged({holding(61, 1), holding(61, 1)}, readable, 125) == Spans{holding(61, 1)});
}

TEST_CASE("a span is at most as long as the device allows") {
  Spans many;
  for (std::uint16_t a = 0; a < 300; ++a) many.push_back(holding(a, 1));
  const Spans readable = readable_ranges(many, 0);
  CHECK(merged(many, readable, 125) == Spans{holding(0, 125), holding(125, 125), holding(250, 50)});
  CHECK(merged(many, readable, 500).front().count == max_registers);
  CHECK(merged({holding(0, 4), holding(4, 4)}, readable, 6) == Spans{holding(0, 4), holding(4, 4)});
}

TEST_CASE("the end of the address space is no trap") {
  const Spans readable = readable_ranges({holding(65535, 1), holding(0, 1)}, 0);
  CHECK(merged({holding(65535, 1), holding(0, 1)}, readable, 125) == Spans{holding(0, 1), holding(65535, 1)});
}

TEST_CASE("a refused span leaves readable what was told, and what lies beside it") {
  const Spans readable{holding(60, 5), holding(67, 30)};
  CHECK(narrowed(readable, holding(82, 7), {holding(82, 1), holding(87, 1), holding(88, 1)}) ==
        Spans{holding(60, 5), holding(67, 16), holding(87, 10)});
  CHECK(narrowed(readable, holding(67, 30), {holding(67, 1)}) == Spans{holding(60, 5), holding(67, 1)});
  const Span input{Function::input_registers, 82, 7};
  CHECK(narrowed({input}, holding(82, 7), {}) == Spans{input});
}

TEST_CASE("whatever a profile names and a poll asks, spans keep to what may be read, to the limit, and cover all") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 chance{seed};
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint16_t>(chance() % n); };
    Spans all;
    for (int i = 0; i < 60; ++i)
      all.push_back(
          {below(2) ? Function::holding_registers : Function::input_registers, below(400), static_cast<std::uint16_t>(1 + below(4))});
    const std::uint16_t gap = below(4), limit = static_cast<std::uint16_t>(4 + below(122));
    const Spans readable = readable_ranges(all, gap);
    Spans asked;
    std::ranges::copy_if(all, std::back_inserter(asked), [&](const Span&) { return below(2) == 0; });
    const Spans spans = merged(asked, readable, limit);
    for (const Span& span : spans) {
      CHECK(std::ranges::any_of(readable, [&](const Span& range) { return range.covers(span); }));
      CHECK(span.count <= limit);
    }
    for (const Span& one : asked) CHECK(std::ranges::any_of(spans, [&](const Span& span) { return span.covers(one); }));
    for (const Span& range : readable)  // an unnamed register in it has a named one within the gap on either side
      for (std::uint32_t at = range.address; at < range.end(); ++at)
        CHECK(std::ranges::any_of(
            all, [&](const Span& one) { return one.function == range.function && one.address <= at + gap && at < one.end() + gap; }));
  }
}
