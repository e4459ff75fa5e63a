#include "store/codec/summary.hpp"

#include "catch.hpp"
#include "unit/store/codec/columns.hpp"

using namespace holdup;
using namespace holdup::store::codec;

namespace {

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

/// Sixty values of this kind in each span, of which those that are numbers were good.
std::vector<Summary> summaries(const Kind& kind, Random& random, std::size_t count, std::int64_t span_ms) {
  std::vector<Summary> out;
  std::int64_t from = within(random, -10, 30'000'000) * span_ms;
  for (std::size_t i = 0; i < count; ++i, from += span_ms * (within(random, 0, 20) == 0 ? 3 : 1)) {
    Summary one{from, 0, 0, 0, 0, 0};
    for (const double value : column(kind, random, static_cast<std::size_t>(within(random, 59, 60)))) {
      one.min = one.count == 0 ? value : std::min(one.min, value);
      one.max = one.count == 0 ? value : std::max(one.max, value);
      one.sum += value, one.last = value, ++one.count;
    }
    out.push_back(one);
  }
  return out;
}

bool same_sum(const Summary& a, const Summary& b) {
  return bits(a.sum) == bits(b.sum) || std::fabs(a.sum - b.sum) <= 1e-13 * std::fabs(b.sum);
}

}  // namespace

TEST_CASE("summaries give their counts, extremes and last values back exactly, and the mean to 12 digits") {
  Random random{11};
  for (const std::int64_t span_ms : {60'000, 3'600'000}) {
    for (const std::size_t count : {0, 1, 2, 3, 120}) {
      SummaryWriter writer{span_ms};
      std::vector<std::vector<Summary>> all;
      for (const Kind& kind : kinds()) {
        all.push_back(summaries(kind, random, count, span_ms));
        writer.add(static_cast<std::int64_t>(3 * all.size()), all.back());
      }
      const Bytes bytes = writer.finish();
      const auto reader = SummaryReader::open(bytes);
      REQUIRE(reader);
      CHECK(reader->span_ms() == span_ms);
      REQUIRE(reader->series().size() == all.size());
      for (std::size_t place = 0; place < all.size(); ++place) {
        CHECK(reader->series()[place] == static_cast<std::int64_t>(3 * place + 3));
        const auto read = reader->read(place);
        REQUIRE(read);
        REQUIRE(read->size() == count);
        for (std::size_t i = 0; i < count; ++i) {
          const Summary& got = (*read)[i];
          const Summary& wanted = all[place][i];
          INFO(kinds()[place].name << " " << count << " " << i << " " << got.min << " " << wanted.min << " " << got.max << " " << wanted.max
                                   << " " << got.last << " " << wanted.last);
          CHECK((got.from_ms == wanted.from_ms && got.count == wanted.count));
          CHECK((bits(got.min) == bits(wanted.min) && bits(got.max) == bits(wanted.max) && bits(got.last) == bits(wanted.last)));
          CHECK(same_sum(got, wanted));
        }
      }
    }
  }
}

TEST_CASE("each damaged byte of summaries is found") {
  Random random{12};
  SummaryWriter writer{60'000};
  for (const Kind& kind : kinds()) writer.add(1, summaries(kind, random, 5, 60'000));
  const Bytes good = writer.finish();
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(within(random, 1, 255));
    CHECK(SummaryReader::open(bad).has_error());
    CHECK(SummaryReader::open(BytesView{good}.first(at)).has_error());
  }
}
