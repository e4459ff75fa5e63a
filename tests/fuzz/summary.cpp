#include "store/codec/summary.hpp"

#include <bit>
#include <cmath>

#include "ground/expect.hpp"
#include "store/codec/frame.hpp"

// Fuzz target: the body of summaries, its checksum made right. What decodes encodes again to what decodes the same, but for the rounding of
// sums.
namespace {

using namespace holdup;
using namespace holdup::store;
using All = std::vector<std::vector<codec::Summary>>;

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool same_sum(const codec::Summary& a, const codec::Summary& b) {
  const double greatest = static_cast<double>(b.count) * std::fmax(std::fabs(b.min), std::fabs(b.max));
  return same(a.sum, b.sum) || std::fabs(a.sum - b.sum) <= std::fmax(2e-13 * std::fabs(b.sum), 2e-16 * greatest);
}

bool read(const codec::SummaryReader& reader, All& all) {
  std::size_t entries = 0;
  for (std::size_t place = 0; place < reader.series().size(); ++place) {
    auto summaries = reader.read(place);
    if (!summaries || (entries += summaries->size()) > 1U << 18U) return false;
    all.push_back(*std::move(summaries));
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  codec::Bytes body(data, data + size);
  (void)codec::SummaryReader::open(body);
  codec::close(body);
  const auto reader = codec::SummaryReader::open(body);
  All all, got;
  if (!reader || !read(*reader, all)) return 0;
  codec::SummaryWriter writer{reader->span_ms()};
  for (std::size_t place = 0; place < all.size(); ++place) writer.add(reader->series()[place], all[place]);
  const codec::Bytes again = writer.finish();
  const auto second = codec::SummaryReader::open(again);
  HOLDUP_EXPECT(second && second->series() == reader->series() && read(*second, got));
  for (std::size_t place = 0; place < all.size(); ++place) {
    HOLDUP_EXPECT(got[place].size() == all[place].size());
    for (std::size_t i = 0; i < all[place].size(); ++i) {
      const codec::Summary &a = got[place][i], &b = all[place][i];
      HOLDUP_EXPECT(a.from_ms == b.from_ms && a.count == b.count && same(a.min, b.min) && same(a.max, b.max) && same(a.last, b.last));
      HOLDUP_EXPECT(same_sum(a, b));
    }
  }
  return 0;
}
