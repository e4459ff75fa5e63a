#include "collector/detect/meters.hpp"

#include <algorithm>
#include <utility>

#include "collector/detect/point_text.hpp"

namespace holdup::detect {

unsigned Meter::number() const {
  if (index.size() == 1 && index[0] >= 'A' && index[0] <= 'C') return static_cast<unsigned>(index[0] - 'A') + 1;
  const auto last = index.find_last_of("123456789");
  return last == std::string::npos ? 0U : static_cast<unsigned>(index[last] - '0');
}

void Meters::identified(Index device, std::span<const reading::Point> points) {
  OfDevice& of = of_device_[device];
  of = {};
  of.of_point.assign(points.size(), -1);
  for (std::size_t p = 0; p < points.size(); ++p) {
    const auto& point = points[p];
    if (point.spare || std::ranges::find(wanted_, point.means) == wanted_.end()) continue;
    of.of_point[p] = static_cast<std::int32_t>(of.meters.size());
    of.meters.push_back({.means = point.means,
                         .part = std::string{label(point, "part")},
                         .index = std::string{label(point, "index")},
                         .point = short_text(point),
                         .refresh = point.refresh.value_or(Duration{})});
  }
}

Meter* Meters::take(OfDevice& of, const reading::Reading& reading) {
  const auto place = reading.point < of.of_point.size() ? of.of_point[reading.point] : -1;
  if (place < 0) return nullptr;
  Meter& meter = of.meters[static_cast<std::size_t>(place)];
  meter.returned = !std::exchange(meter.fresh, reading.quality == Quality::good);
  if (!meter.fresh || (meter.value && reading.time < meter.time)) return nullptr;
  if (!meter.value) meter.first = reading.time;
  meter.before = meter.value;
  meter.value = reading.value;
  meter.time = reading.time;
  meter.lived = meter.lived || reading.value != 0;
  return &meter;
}

void Meters::unanswered(Index device) {
  for (Meter& meter : of_device_[device].meters) meter.fresh = false;
}

const Meter* Meters::find(Index device, Meaning means, unsigned number) const {
  const auto& meters = of_device_[device].meters;
  const auto at = std::ranges::find_if(meters, [&](const Meter& m) { return m.means == means && (number == 0 || m.number() == number); });
  return at == meters.end() ? nullptr : &*at;
}

Sign Meters::sign(Index device, const Meter& meter) const {
  return {.source = site_.element_of_device(device),
          .point = meter.point,
          .value = meter.value,
          .quality = meter.fresh ? Quality::good : Quality::stale,
          .time = meter.time,
          .uncertainty = meter.refresh};
}

}  // namespace holdup::detect
