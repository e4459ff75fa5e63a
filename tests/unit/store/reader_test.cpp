#include "store/reader.hpp"

#include <limits>

#include "catch.hpp"
#include "rig.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;
using namespace std::chrono_literals;

namespace {

record::Series current(const char* device, const char* index) { return {"rack_current_amperes", {{"device", device}, {"index", index}}}; }

// Series 1 and 2 of pdu-a each second of 0..9, series 3 alone at 4 s, absent.
void write_ten_seconds(const std::string& path) {
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  for (int second = 0; second < 10; ++second) store->append(batch(second, {1.5 * second, -0.25}, second == 0 ? Born::yes : Born::no));
  record::Batch lone{.at = ground::Instant{4s}, .time = at_second(4), .born = {{3, {"rack_voltage_volts", {{"device", "pdu-b"}}}}}};
  lone.samples.push_back({3, 230, ground::Quality::absent});
  store->append(lone);
  REQUIRE(store->flush());
}

}  // namespace

TEST_CASE("series are found by name and by equal labels") {
  const Folder folder;
  write_ten_seconds(folder.file("r12.db"));
  auto reader = Reader::open(folder.file("r12.db"));
  REQUIRE(reader);
  CHECK(reader->series("", {})->size() == 3);
  CHECK(reader->series("rack_current_amperes", {})->size() == 2);
  CHECK(reader->series("", {{"device", "pdu-b"}})->size() == 1);
  CHECK(reader->series("rack_current_amperes", {{"device", "pdu-b"}})->empty());
  const auto one = reader->series("rack_current_amperes", {{"device", "pdu-a"}, {"index", "2"}}).value();
  REQUIRE(one.size() == 1);
  CHECK(one[0].series == current("pdu-a", "2"));
}

TEST_CASE("a range gives one series' points between both ends, with value and quality") {
  const Folder folder;
  write_ten_seconds(folder.file("r12.db"));
  auto reader = Reader::open(folder.file("r12.db"));
  const auto row = reader->series("", {{"index", "1"}}).value().at(0).row;
  const auto points = reader->range(row, {at_second(2), at_second(5)}).value();
  REQUIRE(points.size() == 4);
  for (int i = 0; i < 4; ++i) {
    CHECK(points[static_cast<std::size_t>(i)].time == at_second(2 + i));
    CHECK(points[static_cast<std::size_t>(i)].value == 1.5 * (2 + i));
  }
  const auto lone = reader->series("rack_voltage_volts", {}).value().at(0).row;
  const auto absent = reader->range(lone, {at_second(0), at_second(9)}).value();
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].quality == ground::Quality::absent);
}

TEST_CASE("an instant gives the newest point of each series within the lookback, its far end left out") {
  const Folder folder;
  write_ten_seconds(folder.file("r12.db"));
  auto reader = Reader::open(folder.file("r12.db"));
  const auto first = reader->series("", {{"index", "1"}}).value().at(0).row;
  const auto lone = reader->series("rack_voltage_volts", {}).value().at(0).row;
  const std::vector rows{first, lone};
  const auto at6 = reader->instant(rows, at_second(6) + 1ms, 2s).value();
  REQUIRE(at6.size() == 2);
  REQUIRE(at6[0]);
  CHECK(at6[0]->time == at_second(6));
  CHECK(at6[0]->value == 9.0);
  CHECK_FALSE(at6[1]);
  CHECK(reader->instant(rows, at_second(6), 2s + 1ns).value()[1]);
  CHECK_FALSE(reader->instant(rows, at_second(6), 2s).value()[1]);
}

TEST_CASE("a sample that comes late stands at its own time, between those that were there before") {
  const Folder folder;
  Memory memory;
  {
    auto store = open_store(folder.file("r12.db"), memory);
    for (const int second : {1, 5, 6, 3}) store->append(batch(second, {1.0 * second}, second == 1 ? Born::yes : Born::no));
  }
  auto reader = Reader::open(folder.file("r12.db"));
  const auto row = reader->series("", {{"index", "1"}}).value().at(0).row;
  const auto points = reader->range(row, {at_second(0), at_second(9)}).value();
  REQUIRE(points.size() == 4);
  for (std::size_t i = 0; const int second : {1, 3, 5, 6}) {
    CHECK(points[i].time == at_second(second));
    CHECK(points[i++].value == second);
  }
  const std::vector rows{row};
  CHECK(reader->instant(rows, at_second(9), 30s).value()[0]->value == 6);
  CHECK(reader->instant(rows, at_second(4), 30s).value()[0]->value == 3);
}

TEST_CASE("a series in batches of two shapes is read as one") {
  const Folder folder;
  Memory memory;
  {
    auto store = open_store(folder.file("r12.db"), memory);
    store->append(batch(0, {10, 20}, Born::yes));
    store->append(batch(1, {11}, Born::no));
    store->append(batch(2, {12, 22}, Born::no));
  }
  auto reader = Reader::open(folder.file("r12.db"));
  const std::vector rows{reader->series("", {{"index", "1"}}).value().at(0).row};
  const auto points = reader->range(rows[0], {at_second(0), at_second(9)}).value();
  REQUIRE(points.size() == 3);
  CHECK(points[1].value == 11);
  CHECK(reader->instant(rows, at_second(1), 5s).value()[0]->value == 11);
  CHECK(reader->instant(rows, at_second(9), 60s).value()[0]->value == 12);
}

TEST_CASE("every double comes back bit by bit, the later of two samples of one series in a batch") {
  const Folder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values{0.1, -0.0, 5e-324, 1.7976931348623157e308, infinity, 4.9};
  Memory memory;
  {
    auto store = open_store(folder.file("r12.db"), memory);
    auto all = batch(0, values, Born::yes);
    all.samples.insert(all.samples.begin(), {6, 1.0, ground::Quality::failed});
    store->append(all);
  }
  auto reader = Reader::open(folder.file("r12.db"));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto row = reader->series("", {{"index", std::to_string(i + 1)}}).value().at(0).row;
    const auto points = reader->range(row, {at_second(0), at_second(0)}).value();
    REQUIRE(points.size() == 1);
    CHECK(std::bit_cast<std::uint64_t>(points[0].value) == std::bit_cast<std::uint64_t>(values[i]));
    CHECK(points[0].quality == ground::Quality::good);
  }
}

TEST_CASE("a restarted daemon counts its series anew and goes on in the same rows") {
  const Folder folder;
  Memory memory;
  for (int run = 0; run < 2; ++run) {
    auto store = open_store(folder.file("r12.db"), memory);
    record::Batch one{.at = ground::Instant{1s}, .time = at_second(run), .born = {{run == 0 ? 7U : 1U, current("pdu-a", "1")}}};
    one.samples.push_back({run == 0 ? 7U : 1U, 4.9});
    store->append(one);
  }
  auto reader = Reader::open(folder.file("r12.db"));
  const auto series = reader->series("", {}).value();
  REQUIRE(series.size() == 1);
  CHECK(reader->range(series[0].row, {at_second(0), at_second(9)})->size() == 2);
}
