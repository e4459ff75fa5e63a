#include "bench/rack_workload.hpp"
#include "catch.hpp"
#include "store/codec/chunk.hpp"
#include "unit/store/codec/columns.hpp"

using namespace holdup;
using namespace holdup::store::codec;

TEST_CASE("two hours of four devices of the reference workload take less than a quarter of a byte a sample") {
  constexpr std::size_t rows = 7200, devices = 4, columns = 25;
  const bench::RackOptions options;
  std::size_t size = 0;
  for (std::size_t device = 0; device < devices; ++device) {
    Random random{device};
    ChunkWriter writer;
    writer.begin(times(random, rows, 0));
    for (std::size_t index = device; index < options.series; index += options.devices) {
      bench::RackSeries series{options, index};
      const double unit = std::pow(10.0, series.decimals());
      std::vector<double> values(rows);
      for (double& value : values) value = static_cast<double>(series.next()) / unit;
      writer.add(static_cast<std::int64_t>(index), values, std::vector<ground::Quality>(rows));
    }
    size += writer.finish().size();
  }
  const double each = static_cast<double>(size) / static_cast<double>(rows * columns * devices);
  INFO(each << " bytes a sample");
  CHECK(each < 0.25);
}
