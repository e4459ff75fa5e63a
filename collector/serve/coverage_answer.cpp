#include "collector/serve/coverage_answer.hpp"

#include <algorithm>
#include <cmath>

#include "collector/coverage/coverage_json.hpp"
#include "ground/json_writer.hpp"

namespace holdup::serve {
namespace {

/// What holdup itself keeps of the device under this name.
std::optional<double> own_value(const DeviceState& device, std::string_view name) {
  for (const Value* value : device.values)
    if (value->series->name == name && value->good_at) return value->value;
  return std::nullopt;
}

Duration of_seconds(double seconds) { return Duration{std::llround(seconds * 1e9)}; }

coverage::DeviceView view_of(const Mirror& mirror, site::Index index) {
  const DeviceState& device = mirror.device(index);
  coverage::DeviceView out{.exact = true, .points = {}, .periods = {}, .timeout = device.answer_time};
  if (device.identity) out.known = coverage::DeviceView::Known::answers;
  for (const Telling& telling : device.tells) out.points.push_back(telling.point), out.periods.push_back(telling.period);
  if (const auto learned = own_value(device, "holdup_device_refresh_seconds")) out.learned = of_seconds(*learned);
  if (const auto usual = own_value(device, "holdup_device_round_trip_seconds")) out.round_trip = of_seconds(*usual);
  out.slowdown = own_value(device, "holdup_device_poll_slowdown").value_or(1);
  out.trapped = mirror.last_trap(mirror.site().devices[index].name);
  return out;
}

coverage::Picture picture_of(const Mirror& mirror, incident::Moment moment) {
  const auto& site = mirror.site();
  coverage::Picture out{.site = site, .devices = {}, .exercises = &mirror.exercises()};
  for (site::Index d = 0; d < site.devices.size(); ++d) out.devices.push_back(view_of(mirror, d));
  for (site::Index s = 0; s < site.supplies.size(); ++s) out.carried.push_back(last_carried(mirror, s, moment));
  for (const auto& contact : site.contacts) {
    const auto state = mirror.contact(contact.name);
    out.moved.push_back(state ? state->exercised : std::nullopt);
  }
  return out;
}

}  // namespace

std::optional<ground::Utc> last_carried(const Mirror& mirror, site::Index supply, incident::Moment moment) {
  const auto& one = mirror.site().supplies[supply];
  auto out = mirror.exercises().carried(mirror.site().element_of_supply(supply));
  const auto look = [&](std::optional<site::Index> device, auto is_of) {
    if (!device) return;
    for (const Value* value : mirror.device(*device).meaningful)
      if (value->carried_at && is_of(*value))
        out = std::max(out.value_or(ground::Utc::min()), ground::utc(*value->carried_at, moment.utc_offset));
  };
  const auto shared = std::ranges::count_if(mirror.site().supplies, [&](const auto& other) { return other.status == one.status; }) > 1;
  look(one.status, [&](const Value& value) { return !shared || site::is_numbered(one.name, value.series->label("index")); });
  look(one.pdu, [&](const Value& value) { return value.series->label("part") == "outlet" && value.series->label("index") == one.outlet; });
  return out;
}

std::string coverage_json(const Mirror& mirror, incident::Moment moment) {
  const auto picture = picture_of(mirror, moment);
  ground::JsonWriter out;
  out.begin_object().field("rack", mirror.site().rack).field("time", ground::iso8601(moment.utc())).key("lines").begin_array();
  for (const auto& line : coverage::json_lines(picture, coverage::coverage_of(picture))) out.raw(line);
  return out.end_array().end_object().take();
}

}  // namespace holdup::serve
