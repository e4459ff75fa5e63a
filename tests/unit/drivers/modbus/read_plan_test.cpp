#include "drivers/modbus/read_plan.hpp"

#include <numeric>
#include <random>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace std::chrono_literals;
using ground::Quality;
using profile::RegisterType;

namespace {

const ground::Instant begun{100s};

/// A unit with a value of every type every few registers, some of them scaled by a register of their own.
struct Unit {
  std::vector<profile::Register> fields;
  std::vector<Source> sources;
  Reach reach;
  std::vector<std::uint32_t> points;

  explicit Unit(std::uint64_t seed) {
    std::mt19937_64 dice{seed};
    std::uint16_t address = 0;
    fields.reserve(40);
    for (std::uint32_t p = 0; p < 40; ++p) {
      profile::Register& field = fields.emplace_back();
      field.address = address;
      field.type = static_cast<RegisterType>(dice() % 12);
      field.words = dice() % 2 ? profile::WordOrder::big : profile::WordOrder::little;
      field.bytes = dice() % 2 ? profile::ByteOrder::big : profile::ByteOrder::little;
      if (field.type == RegisterType::string) field.count = 4;
      address = static_cast<std::uint16_t>(address + width(field));
      Source& source = sources.emplace_back(Source{.field = &field, .conversion = {}, .span = span_of(field)});
      source.conversion.divide = dice() % 2 ? 10 : 1;
      if (dice() % 3 == 0) source.conversion.sentinels = {0xFFFF};
      if (dice() % 4 == 0) source.conversion.form = profile::RatioForm::percent_or_ratio;
      if (dice() % 4 == 0) source.conversion.mask = 0xFF00;
      if (dice() % 3 == 0) source.exponent = Span{Function::holding_registers, address++, 1};
      if (dice() % 3 == 0) address = static_cast<std::uint16_t>(address + 3);
      if (dice() % 4 != 0) points.push_back(p);
    }
    std::vector<Span> named;
    for (const Source& source : sources) {
      named.push_back(source.span);
      if (source.exponent) named.push_back(*source.exponent);
    }
    reach = {.readable = readable_ranges(std::move(named), 0), .max_registers = static_cast<std::uint16_t>(6 + dice() % 30)};
  }
  [[nodiscard]] ReadPlan plan() const { return {points, sources, reach}; }
};

Sweep answered(const ReadPlan& plan, std::uint64_t seed) {
  std::mt19937_64 dice{seed};
  Sweep sweep;
  ground::Instant sent = begun;
  for (const Span& span : plan.spans()) {
    std::vector<std::uint16_t> words(span.count);
    for (auto& word : words) word = dice() % 3 ? static_cast<std::uint16_t>(dice() % 8) : static_cast<std::uint16_t>(dice());
    sent += 1ms;
    sweep.hear(span, {.answer = {.exception = 0, .values = std::move(words)}, .sent = sent, .received = sent + 400us});
  }
  return sweep;
}

}  // namespace

TEST_CASE("what was made ready once reads the same as what is looked up") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Unit unit{seed};
    const ReadPlan plan = unit.plan();
    const Sweep sweep = answered(plan, seed);
    REQUIRE(plan.fits(sweep.heard()));
    const auto readings = plan.readings(sweep.heard(), unit.sources);
    REQUIRE(readings.size() == unit.points.size());
    for (std::size_t i = 0; i < readings.size(); ++i) {
      INFO("seed " << seed << ", point " << unit.points[i]);
      const auto looked_up = sweep.settle(unit.sources[unit.points[i]], unit.points[i], begun);
      CHECK(readings[i].point == unit.points[i]);
      CHECK(readings[i].quality == looked_up.quality);
      CHECK((readings[i].quality == Quality::absent || readings[i].value == looked_up.value));
      CHECK(readings[i].time == looked_up.time);
      CHECK(readings[i].uncertainty == looked_up.uncertainty);
    }
  }
}

TEST_CASE("answers that do not tell all registers do not fit") {
  const Unit unit{1};
  const ReadPlan plan = unit.plan();
  REQUIRE(plan.spans().size() > 1);
  CHECK_FALSE(plan.fits({}));
  Sweep refused;
  for (const Span& span : plan.spans()) refused.hear(span, {.answer = {.exception = 2, .values = {}}});
  CHECK_FALSE(plan.fits(refused.heard()));
  const Sweep whole = answered(plan, 1);
  CHECK_FALSE(plan.fits(whole.heard().subspan(1)));
  CHECK_FALSE(plan.fits(whole.heard().first(whole.heard().size() - 1)));
}

TEST_CASE("a plan is for its points, and units of one kind share it") {
  const Unit one{1}, alike{1};
  Unit other{1};
  ReadPlans plans;
  const auto first = plans.shared(one.plan());
  CHECK(first->is_for(one.points));
  CHECK_FALSE(first->is_for(std::span{one.points}.subspan(1)));
  CHECK(plans.shared(alike.plan()) == first);
  other.sources[other.points.front()].conversion.offset = 273.15;
  CHECK(plans.shared(other.plan()) != first);
  other = Unit{1};
  other.reach.max_registers = 1;
  CHECK(plans.shared(other.plan()) != first);
}

TEST_CASE("what goes first is asked first, and read before the rest is there") {
  std::vector<profile::Register> fields(3);
  std::vector<Source> sources;
  for (std::uint16_t i = 0; i < 3; ++i) {
    fields[i].address = static_cast<std::uint16_t>(10 * i);
    sources.push_back({.field = &fields[i], .conversion = {}, .span = span_of(fields[i]), .first = i == 1});
  }
  std::vector<Span> named;
  for (const Source& source : sources) named.push_back(source.span);
  const Reach reach{.readable = readable_ranges(std::move(named), 0)};
  const std::vector<std::uint32_t> all{0, 1, 2}, only{1};
  const ReadPlan plan{all, sources, reach};
  REQUIRE(plan.spans().size() == 3);
  CHECK(plan.spans()[0].address == 10);
  CHECK(plan.spans()[1].address == 0);
  CHECK(plan.first_spans() == 1);
  const Sweep sweep = answered(plan, 1);
  const auto heard = sweep.heard().first(1);
  CHECK(plan.begins_with(heard));
  CHECK_FALSE(plan.fits(heard));
  const auto ahead = plan.first_readings(heard, sources), whole = plan.readings(sweep.heard(), sources);
  REQUIRE(ahead.size() == 1);
  CHECK(ahead[0].point == 1);
  CHECK(ahead[0].value == whole[1].value);
  CHECK(ahead[0].time == whole[1].time);
  CHECK(ReadPlan{only, sources, reach}.first_spans() == 1);  // nothing follows
}
