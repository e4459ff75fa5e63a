#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <thread>

#include "catch.hpp"
#include "made_file.hpp"
#include "rig.hpp"
#include "store/reader.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

constexpr std::int64_t start_ms = 1'795'003'200'000;  // the begin of a window of two hours

ground::Utc utc_ms(std::int64_t ms) { return ground::Utc{std::chrono::milliseconds{ms}}; }
std::int64_t ms_of(ground::Utc time) { return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

bool same(const Point& point, const MadeFile::Sample& sample) {
  return point.time == utc_ms(sample.utc_ms) && std::bit_cast<std::uint64_t>(point.value) == std::bit_cast<std::uint64_t>(sample.value) &&
         point.quality == sample.quality && point.age == std::chrono::milliseconds{sample.age_ms};
}

void check_same(const std::vector<Point>& points, const std::vector<MadeFile::Sample>& expected) {
  REQUIRE(points.size() == expected.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < points.size(); ++i) different += same(points[i], expected[i]) ? 0 : 1;
  CHECK(different == 0);
}

/// Three packs of a few series: fast ones together, a slow one of its own times; late replies, a clock that steps, odd values.
class Rack {
 public:
  explicit Rack(MadeFile& file, unsigned seed) : file_{file}, dice_{seed} {
    for (const auto* device : {"pdu-a", "pdu-b", "ups"}) {
      packs.push_back(file_.add_pack(device));
      for (const auto* index : {"1", "2", "3"})
        series.push_back(file_.add_series(packs.back(), {"rack_current_amperes", {{"device", device}, {"index", index}}}));
    }
  }
  /// A second: the first two series of each pack, each tenth second the third.
  void second() {
    now_ms += step_ms;
    std::vector<codec::JournalBatch> batches;
    for (std::size_t pack = 0; pack < packs.size(); ++pack) {
      if (one_in(20)) continue;  // a poll that was missed
      batches.push_back(batch({series[3 * pack], series[3 * pack + 1]}));
      if (now_ms / 1000 % 10 == 0) batches.push_back(batch({series[3 * pack + 2]}));
    }
    if (batches.empty()) batches.push_back(batch({series[0]}));
    file_.commit(batches, one_in(32));
  }

  std::vector<std::int64_t> packs, series;
  std::int64_t now_ms = start_ms, step_ms = 1000;

  bool one_in(int n) { return std::uniform_int_distribution{1, n}(dice_) == 1; }
  std::int64_t below(std::int64_t n) { return std::uniform_int_distribution<std::int64_t>{0, n - 1}(dice_); }

 private:
  codec::JournalBatch batch(const std::vector<std::int64_t>& members) {
    codec::JournalBatch out{
        .utc_ms = now_ms + below(10), .age_ms = below(300), .boot = 1, .offset_ms = 0, .series = members, .values = {}, .qualities = {}};
    if (one_in(50)) out.utc_ms -= 3000 + below(60'000);  // it comes late
    for (std::size_t i = 0; i < members.size(); ++i) {
      out.values.push_back(one_in(100) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(below(100)) / 10);
      out.qualities.push_back(std::isnan(out.values.back()) || one_in(30) ? Quality::absent : Quality::good);
    }
    return out;
  }

  MadeFile& file_;
  std::mt19937 dice_;
};

std::vector<Bucket> summed(const std::vector<MadeFile::Sample>& samples, std::int64_t resolution_ms) {
  std::map<std::int64_t, Bucket> out;
  for (const auto& sample : samples) {
    if (sample.quality != Quality::good) continue;
    const auto from = sample.utc_ms - sample.utc_ms % resolution_ms;
    auto& bucket = out[from];
    bucket.time = utc_ms(from);
    if (bucket.count++ == 0) bucket.min = bucket.max = sample.value;
    bucket.min = std::min(bucket.min, sample.value);
    bucket.max = std::max(bucket.max, sample.value);
    bucket.mean += sample.value;
    bucket.last = sample.value;
  }
  std::vector<Bucket> all;
  for (auto& [from, bucket] : out) bucket.mean /= static_cast<double>(bucket.count), all.push_back(bucket);
  return all;
}

enum class Last { exact, any };  // of a late sample a summary does not say how late it is
void check_buckets(const std::vector<Bucket>& buckets, const std::vector<Bucket>& expected, Last last = Last::any) {
  REQUIRE(buckets.size() == expected.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    INFO("bucket " << i << " at " << ms_of(buckets[i].time));
    CHECK(buckets[i].time == expected[i].time);
    CHECK(buckets[i].count == expected[i].count);
    CHECK(buckets[i].min == expected[i].min);
    CHECK(buckets[i].max == expected[i].max);
    CHECK(std::abs(buckets[i].mean - expected[i].mean) < 1e-9);
    if (last == Last::exact) CHECK(buckets[i].last == expected[i].last);
  }
}

std::map<std::int64_t, std::vector<Point>> everything(Reader& reader, std::size_t slice, std::size_t* slices = nullptr) {
  std::map<std::int64_t, std::vector<Point>> out;
  const auto last = reader.last_recorded().value();
  for (std::int64_t seq = 0; seq < last;) {
    const auto part = reader.recorded(seq, slice).value();
    REQUIRE(part.to > seq);
    CHECK(part.complete);
    for (const auto& [series, points] : part.recorded) out[series].insert(out[series].end(), points.begin(), points.end());
    seq = part.to;
    if (slices != nullptr) ++*slices;
  }
  CHECK(reader.recorded(last, slice).value().to == last);
  return out;
}

}  // namespace

TEST_CASE("whatever was sealed, merged or trimmed, each read finds every sample once and in order") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  MadeFile file{path};
  const unsigned seed = GENERATE(1U, 2U);
  Rack rack{file, seed};
  auto reader = Reader::open(path).value();
  if (seed == 2) reader.set_slice(0s);
  for (int second = 0; second < 9'000; ++second) {
    rack.second();
    if (rack.one_in(100)) file.seal(rack.packs[static_cast<std::size_t>(rack.below(3))]);
    if (rack.one_in(1500)) file.merge(rack.packs[static_cast<std::size_t>(rack.below(3))]);
    if (rack.one_in(300)) file.trim();
    if (!rack.one_in(600)) continue;
    const auto series = rack.series[static_cast<std::size_t>(rack.below(9))];
    const auto from = start_ms + rack.below(12'000'000), to = from + rack.below(6'000'000);
    check_same(reader.range(series, {utc_ms(from), utc_ms(to)}).value(), file.expected(series, from, to));
    for (const std::int64_t step : {1500, 60'000, 300'000, 3'600'000}) {
      const auto expected = file.expected(series, from - from % step, to - to % step + step - 1);
      check_buckets(reader.buckets(series, {utc_ms(from), utc_ms(to)}, std::chrono::milliseconds{step}).value(), summed(expected, step),
                    step == 1500 ? Last::exact : Last::any);
    }
    const auto points = reader.instant(rack.series, utc_ms(to), 10min).value();
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto before = file.expected(rack.series[i], to - 600'000 + 1, to);
      REQUIRE(points[i].has_value() == !before.empty());
      if (points[i]) CHECK(same(*points[i], before.back()));
    }
  }
  std::size_t slices = 0;
  const auto all = everything(reader, 5000, &slices);
  CHECK(slices > 5);
  for (const auto series : rack.series) {
    std::vector<MadeFile::Sample> recorded;
    for (const auto& sample : file.samples())
      if (sample.series == series) recorded.push_back(sample);
    check_same(all.at(series), recorded);
  }
  CHECK(reader.take_flaws().empty());
}

TEST_CASE("all of time is a range") {
  const Folder folder;
  MadeFile file{folder.file("r12.db")};
  Rack rack{file, 4};
  for (int second = 0; second < 500; ++second) rack.second();
  file.seal(rack.packs[0]);
  auto reader = Reader::open(folder.file("r12.db")).value();
  const Range all{ground::Utc::min(), ground::Utc::max()};
  const auto expected = file.expected(rack.series[0], INT64_MIN, INT64_MAX);
  check_same(reader.range(rack.series[0], all).value(), expected);
  check_buckets(reader.buckets(rack.series[0], {utc_ms(0), utc_ms(4'000'000'000'000)}, 1min).value(), summed(expected, 60'000));
  std::vector<Point> sliced;
  for (Range left = all; left.from <= left.to;) {
    const auto slice = reader.range_slice(rack.series[0], left, 1).value();
    sliced.insert(sliced.end(), slice.begin(), slice.end());
  }
  check_same(sliced, expected);
  CHECK(reader.range(999, all).value().empty());
  CHECK(reader.buckets(999, all, 1min).value().empty());
  CHECK_FALSE(reader.series_at(999));
  CHECK(reader.series_at(rack.series[1]).value().series.label("index") == "2");
}

TEST_CASE("a damaged chunk costs its own samples and is named") {
  const Folder folder;
  MadeFile file{folder.file("r12.db")};
  Rack rack{file, 5};
  for (const int minutes : {2, 2, 2}) {
    for (int second = 0; second < 60 * minutes; ++second) rack.second();
    for (const auto pack : rack.packs) file.seal(pack);
  }
  file.commit({{.utc_ms = rack.now_ms, .boot = 1, .series = {rack.series[0]}, .values = {1}, .qualities = {Quality::good}}}, true);
  file.trim();
  file.damage("chunk", "row", 4);  // of the first pack, the second two minutes
  auto reader = Reader::open(folder.file("r12.db")).value();
  auto expected = file.expected(rack.series[0], 0, INT64_MAX);
  std::erase_if(expected, [](const auto& sample) { return sample.seq > 120 && sample.seq <= 240; });
  check_same(reader.range(rack.series[0], {utc_ms(0), ground::Utc::max()}).value(), expected);
  const auto flaws = reader.take_flaws();
  REQUIRE(flaws.size() == 1);
  CHECK(flaws[0].where == "chunk 4");
  CHECK(reader.take_flaws().empty());
  bool complete = true;
  for (std::int64_t seq = 0; seq < reader.last_recorded().value();) {
    const auto slice = reader.recorded(seq, 100).value();
    complete = complete && slice.complete;
    seq = slice.to;
  }
  CHECK_FALSE(complete);
}

TEST_CASE("a damaged journal row costs the rows up to the next one that stands by itself") {
  const Folder folder;
  MadeFile file{folder.file("r12.db")};
  const auto pack = file.add_pack("pdu-a");
  const auto series = file.add_series(pack, {"rack_power_watts", {{"device", "pdu-a"}}});
  for (int row = 1; row <= 100; ++row)
    file.commit({{.utc_ms = start_ms + row * 1000, .boot = 1, .series = {series}, .values = {row / 10.}, .qualities = {Quality::good}}},
                row == 60);
  file.damage("journal", "seq", 50);
  auto reader = Reader::open(folder.file("r12.db")).value();
  auto expected = file.expected(series, 0, INT64_MAX);
  std::erase_if(expected, [](const auto& sample) { return sample.seq >= 50 && sample.seq < 60; });
  check_same(reader.range(series, {utc_ms(0), ground::Utc::max()}).value(), expected);
  CHECK(reader.take_flaws().size() == 10);
  const auto slice = reader.recorded(0, 1'000'000).value();
  CHECK(slice.to == 100);
  CHECK_FALSE(slice.complete);
  CHECK(slice.recorded.at(0).points.size() == 90);
}

TEST_CASE("what was deleted by age is told, and what is left is passed on") {
  const Folder folder;
  MadeFile file{folder.file("r12.db")};
  Rack rack{file, 6};
  for (int round = 0; round < 3; ++round) {
    for (int second = 0; second < 100; ++second) rack.second();
    for (const auto pack : rack.packs) file.seal(pack);
  }
  file.commit({{.utc_ms = rack.now_ms, .boot = 1, .series = {rack.series[0]}, .values = {1}, .qualities = {Quality::good}}}, true);
  file.trim();
  file.file().exec("DELETE FROM chunk WHERE to_seq <= 100");
  auto reader = Reader::open(folder.file("r12.db")).value();
  auto slice = reader.recorded(0, 100).value();
  CHECK_FALSE(slice.complete);
  CHECK(slice.to > 100);
  CHECK_FALSE(slice.recorded.empty());
  CHECK(reader.recorded(100, 100).value().complete);
  file.file().exec("DELETE FROM chunk");
  slice = reader.recorded(100, 100).value();
  CHECK(slice.to == 300);
  CHECK_FALSE(slice.complete);
  CHECK(slice.recorded.empty());
}

TEST_CASE("a reader beside a writer that seals and merges finds every sample once") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  MadeFile file{path};
  Rack rack{file, 7};
  rack.step_ms = 60'000;  // some days, which are read one by one
  for (int second = 0; second < 4000; ++second) {
    rack.second();
    if (second % 100 == 99)
      for (const auto pack : rack.packs) file.seal(pack);
  }
  const auto until = rack.now_ms + 1000;
  const auto expected = file.expected(rack.series[4], 0, until);
  std::atomic<bool> done = false;
  std::size_t reads = 0, wrong = 0;
  std::thread beside{[&] {
    auto reader = Reader::open(path).value();
    reader.set_slice(0s);
    for (bool last = false; !last; ++reads) {
      last = done;
      const auto points = reader.range(rack.series[4], {utc_ms(0), utc_ms(until)}).value();
      bool fits = points.size() == expected.size();
      for (std::size_t i = 0; fits && i < expected.size(); ++i) fits = same(points[i], expected[i]);
      wrong += fits ? 0 : 1;
    }
  }};
  for (int round = 0; round < 5; ++round) {
    for (const auto pack : rack.packs) file.merge(pack);
    file.commit({{.utc_ms = until + 60'000, .boot = 1, .series = {rack.series[4]}, .values = {1}, .qualities = {Quality::good}}}, true);
    for (const auto pack : rack.packs) file.seal(pack);
    file.trim();
  }
  done = true;
  beside.join();
  CHECK(reads > 0);
  CHECK(wrong == 0);
}
