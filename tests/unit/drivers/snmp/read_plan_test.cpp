#include "drivers/snmp/read_plan.hpp"

#include "catch.hpp"
#include "drivers/snmp/message.hpp"

using namespace holdup;
using namespace holdup::snmp;
using ground::Quality;

namespace {

Oid oid(std::uint32_t row) { return Oid{{1, 3, 6, 1, 4, 1, 32473, 1, row}}; }

/// What an agent answers: each name with a number, a text for row 9, nothing for row 10.
std::vector<std::uint8_t> answer(std::span<const Oid> names) {
  BerWriter writer;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const auto start = writer.mark();
    const auto row = name->parts().back();
    if (row == 9)
      writer.octets("4.5");
    else if (row == 10)
      writer.verbatim(std::vector<std::uint8_t>{tag::no_such_instance, 0});
    else
      writer.integer(row * 10);
    writer.oid(*name);
    writer.wrap(tag::sequence, start);
  }
  std::vector<std::uint8_t> out;
  writer.take(out);
  return out;
}

std::vector<Measured> device(std::uint32_t rows) {
  std::vector<Measured> out(rows);
  for (std::uint32_t row = 1; row <= rows; ++row) {
    out[row - 1].oid = oid(row);
    out[row - 1].conversion.divide = 10;
  }
  return out;
}

}  // namespace

TEST_CASE("an answer with the very names asked is read without decoding them, any other is left to the full parser") {
  const std::vector<Oid> names{oid(1), oid(2), oid(300)}, other{oid(1), oid(2), oid(301)}, turned{oid(2), oid(1), oid(300)};
  const Sheet sheet{names};
  const auto bytes = answer(names);
  std::vector<Varbind> quick, full;
  REQUIRE(parse_answers(bytes, sheet.list(), quick));
  REQUIRE(parse_varbinds(bytes, full));
  REQUIRE(quick.size() == full.size());
  for (std::size_t i = 0; i < full.size(); ++i) {
    CHECK(quick[i].oid() == full[i].oid());
    CHECK(decode_value(quick[i].value).whole == decode_value(full[i].value).whole);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<Varbind> cut;
    CHECK_FALSE(parse_answers(Bytes{bytes}.first(size), sheet.list(), cut));
    CHECK(cut.empty());
  }
  for (const auto& names_answered : {other, turned}) {
    std::vector<Varbind> none;
    CHECK_FALSE(parse_answers(answer(names_answered), sheet.list(), none));
  }
}

TEST_CASE("a plan asks as few datagrams as can be, evenly filled") {
  const auto measured = device(101);
  std::vector<std::uint32_t> points(101);
  for (std::uint32_t i = 0; i < points.size(); ++i) points[i] = i;
  const ReadPlan plan{points, measured, 40};
  CHECK(plan.sheets().size() == 3);
  CHECK(plan.is_for(points, 40));
  CHECK_FALSE(plan.is_for(points, 20));
  CHECK_FALSE(plan.is_for(std::span{points}.first(100), 40));
}

TEST_CASE("readings come of numbers, texts and gaps, and those of a lost datagram failed") {
  const auto measured = device(12);
  std::vector<std::uint32_t> points{0, 8, 9, 11};
  const ReadPlan plan{points, measured, 3};  // two names a datagram
  const auto lists = plan.lists();
  REQUIRE(lists.size() == 2);
  const std::vector<Oid> first{oid(1), oid(9)}, second{oid(10), oid(12)};
  const auto one = answer(first), two = answer(second);
  Response response, rest;
  REQUIRE(parse_answers(one, lists[0], response.varbinds));
  REQUIRE(parse_answers(two, lists[1], rest.varbinds));
  const Heard heard{.response = response, .datagram = one, .asked = {}}, heard_rest{.response = rest, .datagram = two, .asked = {}};
  Harvest cut{plan, measured};
  REQUIRE(cut.take(0, heard));
  const auto readings = cut.readings();
  REQUIRE(readings.size() == 4);
  CHECK(readings[0].value == 1);
  CHECK(readings[1].value == Approx(0.45));
  CHECK(readings[1].quality == Quality::good);
  CHECK(readings[2].quality == Quality::failed);
  CHECK(readings[3].quality == Quality::failed);
  CHECK(readings[3].point == 11);

  Harvest whole{plan, measured};
  REQUIRE(whole.take(0, heard));
  REQUIRE(whole.take(1, heard_rest));
  const auto all = whole.readings();
  CHECK(all[2].quality == Quality::absent);
  CHECK(all[3].value == 12);

  Harvest turned{plan, measured};
  CHECK_FALSE(turned.take(0, heard_rest));
  CHECK_FALSE(turned.fits());
}

TEST_CASE("devices of one kind share a plan, others and those read in another way do not") {
  const auto measured = device(12);
  auto scaled = measured;
  scaled[3].conversion.divide = 100;
  const std::vector<std::uint32_t> points{0, 3, 9}, fewer{0, 3};
  ReadPlans plans;
  const auto first = plans.shared({points, measured, 40});
  CHECK(plans.shared({points, measured, 40}) == first);
  CHECK(plans.shared({fewer, measured, 40}) != first);
  CHECK(plans.shared({points, measured, 2}) != first);
  const auto other = plans.shared({points, scaled, 40});
  CHECK(other != first);
  CHECK_FALSE(*other == *first);
}

TEST_CASE("a late answer tells the points of its sheet, and none whose gate stands on another") {
  auto measured = device(4);
  measured[0].gate = oid(4);
  const std::vector<std::uint32_t> points{0, 1, 2};
  const ReadPlan plan{points, measured, 2};
  const auto lists = plan.lists();
  REQUIRE(lists.size() == 2);
  for (std::size_t sheet = 0; sheet < 2; ++sheet) {
    const std::vector<Oid> names = sheet == 0 ? std::vector{oid(1), oid(4)} : std::vector{oid(2), oid(3)};
    const auto bytes = answer(names);
    Response response;
    REQUIRE(parse_answers(bytes, lists[sheet], response.varbinds));
    const Heard heard{.response = response, .datagram = bytes, .asked = ground::Instant{std::chrono::seconds{5}}};
    Harvest late{plan, measured, sheet};
    REQUIRE(late.take(0, heard));
    const auto readings = late.readings_of(sheet);
    REQUIRE(readings.size() == (sheet == 0 ? 1 : 2));
    CHECK(readings[0].point == sheet);
    CHECK(readings[0].time == heard.asked);
  }
}

TEST_CASE("a read that begins behind a sheet has failed for the points of that one alone") {
  const auto measured = device(12);
  const std::vector<std::uint32_t> points{3, 4, 5, 6};
  const ReadPlan plan{points, measured, 2};
  const std::vector<Oid> names{oid(6), oid(7)};
  const auto bytes = answer(names);
  Response response;
  REQUIRE(parse_answers(bytes, plan.lists()[1], response.varbinds));
  const Heard heard{.response = response, .datagram = bytes, .asked = ground::Instant{std::chrono::seconds{5}}};
  Harvest second{plan, measured, 1};
  REQUIRE(second.take(0, heard));
  const auto readings = second.readings();
  REQUIRE(readings.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(readings[i].point == points[i]);
    CHECK((readings[i].quality == Quality::good) == (i >= 2));
  }
}
