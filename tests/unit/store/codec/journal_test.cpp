#include "store/codec/journal.hpp"

#include <bit>
#include <map>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "unit/store/codec/columns.hpp"

using namespace holdup;
using namespace holdup::store::codec;

namespace {

Bytes bytes_of(std::string_view hex) {
  Bytes out;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(std::string{hex.substr(at, 2)}, nullptr, 16)));
  return out;
}

bool same(const std::vector<JournalBatch>& a, const std::vector<JournalBatch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const JournalBatch& one, const JournalBatch& other) {
    return one.utc_ms == other.utc_ms && one.age_ms == other.age_ms && one.boot == other.boot && one.offset_ms == other.offset_ms &&
           one.series == other.series && same_bits(one.values, other.values) && one.qualities == other.qualities;
  });
}

/// Devices of one series a kind, some of them polled in two halves.
struct Rack {
  Random random;
  std::size_t devices = 5;
  std::map<std::int64_t, double> last;

  JournalBatch batch(std::size_t device, std::int64_t second) {
    JournalBatch out{1'767'225'600'000 + second * 1000 + within(random, -5, 5), within(random, 0, 3), 1, 1'767'000'000'000, {}, {}, {}};
    std::vector<std::int64_t> series_of;
    for (std::size_t kind = second % 2 == 0 ? 0 : device; kind < kinds().size(); ++kind) {
      const auto series = static_cast<std::int64_t>(100 * device + kind);
      double& value = last.try_emplace(series, 230).first->second;
      value = kinds()[kind].next(random, value);
      series_of.push_back(series);
      out.values.push_back(value);
    }
    out.series = series_of;
    out.qualities = qualities(random, out.series.size(), 200);
    return out;
  }
  std::vector<JournalBatch> row(std::int64_t second) {
    std::vector<JournalBatch> out;
    for (std::size_t device = 0; device < devices; ++device) out.push_back(batch(device, second));
    return out;
  }
};

}  // namespace

TEST_CASE("journal rows give every reply back, from each key row on") {
  Rack rack{Random{1}};
  JournalWriter writer;
  std::vector<std::vector<JournalBatch>> rows;
  std::vector<Bytes> bodies;
  for (std::int64_t second = 0; second < 200; ++second) {
    rows.push_back(rack.row(second));
    bodies.push_back(writer.write(rows.back(), second % 64 == 0));
    const auto key = JournalReader::is_key(bodies.back());
    REQUIRE(key);
    CHECK(*key == (second % 64 == 0));
  }
  for (const std::size_t first : {0, 64, 192}) {
    JournalReader reader;
    for (std::size_t at = first; at < rows.size(); ++at) {
      const auto read = reader.read(bodies[at]);
      REQUIRE(read);
      CHECK(same(*read, rows[at]));
    }
  }
}

TEST_CASE("a reader cannot begin between key rows, nor go on after a damaged row before the next") {
  Rack rack{Random{2}};
  JournalWriter writer;
  std::vector<Bytes> bodies;
  for (std::int64_t second = 0; second < 6; ++second) bodies.push_back(writer.write(rack.row(second), second == 4));
  JournalReader reader;
  CHECK(reader.read(bodies[1]).has_error());
  CHECK(reader.read(bodies[0]));
  CHECK(reader.read(bodies[1]));
  Bytes bad = bodies[2];
  bad[bad.size() / 2] ^= 1;
  CHECK(reader.read(bad).has_error());
  CHECK(reader.read(bodies[3]).has_error());
  CHECK(reader.read(bodies[4]));
  CHECK(reader.read(bodies[5]));
}

TEST_CASE("replies that come in another order after a key row, or not at all, are read from it on") {
  Random random{5};
  JournalWriter writer;
  const std::vector<SeriesList> lists{{1, 2, 3}, {4}, {5, 6}, {2, 5}};
  for (std::int64_t second = 0; second < 30; ++second) {
    JournalReader reader;
    for (const bool key : {true, false}) {
      std::vector<JournalBatch> row;
      for (std::int64_t reply = within(random, 0, 5); reply > 0; --reply) {
        JournalBatch batch{second * 1000, 0, 1, 0, lists[static_cast<std::size_t>(within(random, 0, 3))], {}, {}};
        for (std::size_t i = 0; i < batch.series.size(); ++i) batch.values.push_back(static_cast<double>(within(random, 0, 5000)) / 100);
        batch.qualities.resize(batch.series.size());
        row.push_back(batch);
      }
      CHECK(same(reader.read(writer.write(row, key)).value(), row));
    }
  }
}

TEST_CASE("a row of more than a page is compressed, a smaller one is not, and both are read") {
  const auto is_compressed = [](const Bytes& body) { return (body[0] & 0x20U) != 0; };
  for (const std::int64_t count : {100, 6000}) {
    std::vector<std::int64_t> series;
    for (std::int64_t one = 1; one <= count; ++one) series.push_back(one);
    const JournalBatch batch{5, 0, 1, 0, series, std::vector<double>(series.size(), 2.5), std::vector<ground::Quality>(series.size())};
    const Bytes body = JournalWriter{}.write({batch}, true);
    CHECK(is_compressed(body) == (count == 6000));
    CHECK(same(JournalReader{}.read(body).value(), {batch}));
  }
}

TEST_CASE("a writer that forgets begins again with a key row") {
  Rack rack{Random{3}};
  JournalWriter writer;
  CHECK(JournalReader::is_key(writer.write(rack.row(0), false)).value());
  CHECK_FALSE(JournalReader::is_key(writer.write(rack.row(1), false)).value());
  writer.forget();
  const auto row = rack.row(2);
  const Bytes body = writer.write(row, false);
  CHECK(JournalReader::is_key(body).value());
  CHECK(same(JournalReader{}.read(body).value(), row));
}

TEST_CASE("a row of no replies, a reply of no series, times and ids at the ends of their range are kept") {
  JournalWriter writer;
  JournalReader reader;
  const std::vector<std::vector<JournalBatch>> rows{
      {},
      {JournalBatch{5, 0, 1, 0, {}, {}, {}}},
      {JournalBatch{
          INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, {INT64_MIN, -1, INT64_MAX}, {1, -0.0, 3e300}, std::vector<ground::Quality>(3)}},
      {JournalBatch{INT64_MAX,
                    INT64_MIN,
                    INT64_MAX,
                    INT64_MIN,
                    {INT64_MIN, -1, INT64_MAX},
                    {-0.0, 0.1, 1},
                    std::vector<ground::Quality>(3, ground::Quality::failed)}}};
  for (const auto& row : rows) CHECK(same(reader.read(writer.write(row, false)).value(), row));
}

TEST_CASE("what a writer has at hand is read as decimals, with the scale of each") {
  JournalWriter writer;
  JournalReader reader;
  std::vector<JournalBatch> row{{5, 0, 1, 0, {1, 2, 3}, {230.1, 1e300, -7}, std::vector<ground::Quality>(3)}}, read;
  REQUIRE(reader.read_decimals(writer.write(row, true), read));
  REQUIRE(read.size() == 1);
  const auto& [wholes, scales] = read[0].decimals;
  CHECK(wholes == std::vector<std::int64_t>{2301, std::bit_cast<std::int64_t>(1e300), -7});
  CHECK(scales == std::vector<std::uint8_t>{0x11, 0, 0x10});
  row[0].values[0] = 230;  // keeps its digit
  REQUIRE(reader.read_decimals(writer.write(row, false), read));
  CHECK(read[0].decimals.wholes[0] == 2300);
  CHECK(read[0].decimals.scales[0] == 0x11);
}

TEST_CASE("rows of version 1 are read, and followed by those of this one") {
  // Written by holdup when it had no other.
  const Bytes first =
      bytes_of("112302000302020280a0d5edee6604028098c296ed66100100010888a0d5edee66000000000011fa2300009c7500883ce4377e0b0012327665606f");
  const Bytes second = bytes_of("011b0201ad90d5edee660000000000020404d6afd5edee660200000c00050f0013b9400365440863ba");
  JournalReader reader;
  using enum ground::Quality;
  CHECK(same(reader.read(first).value(), {{1'767'225'600'000, 2, 1, 1'767'000'000'000, {1, 2, 3}, {230.1, 1e300, 5}, {good, good, stale}},
                                          {1'767'225'600'004, 0, 1, 1'767'000'000'000, {4}, {0.25}, {good}}}));
  CHECK(same(reader.read(second).value(), {{1'767'225'601'001, 2, 1, 1'767'000'000'000, {1, 2, 3}, {230.3, 7, -4.125}, {good, good, good}},
                                           {1'767'225'601'003, 1, 1, 1'767'000'000'000, {2, 4}, {8, 0.75}, {failed, good}}}));
  const std::vector<JournalBatch> row{{7, 0, 1, 0, {4}, {0.5}, {good}}};
  CHECK(same(reader.read(JournalWriter{}.write(row, true)).value(), row));
  CHECK(JournalReader{}.read(second).has_error());
}

TEST_CASE("each damaged byte of a journal row is found") {
  Rack rack{Random{4}};
  const Bytes good = JournalWriter{}.write(rack.row(0), true);
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(within(rack.random, 1, 255));
    CHECK(JournalReader{}.read(bad).has_error());
    CHECK(JournalReader::is_key(bad).has_error());
    CHECK(JournalReader{}.read(BytesView{good}.first(at)).has_error());
  }
}
