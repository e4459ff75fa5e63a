#include "collector/capture/sheet.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "ground/json_writer.hpp"

namespace holdup::capture {
namespace {

namespace json = boost::json;
using ground::Duration;
using ground::JsonWriter;

std::string text(const json::object& object, std::string_view key) { return std::string{object.at(key).as_string()}; }

std::optional<Duration> length(const json::object& object, std::string_view key) {
  const auto& value = object.at(key);
  if (value.is_null()) return std::nullopt;
  return std::chrono::round<Duration>(std::chrono::duration<double>{value.to_number<double>()});
}

void write(JsonWriter& out, std::string_view key, const std::optional<Duration>& length) {
  out.key(key);
  length ? out.value(ground::seconds(*length)) : out.null();
}

Sheet sheet_of(const json::object& object) {
  Sheet sheet{.profile = text(object, "profile"),
              .vendor = text(object, "vendor"),
              .model = text(object, "model"),
              .firmware = text(object, "firmware"),
              .identified = {},
              .points = {}};
  const auto time = ground::parse_iso8601(text(object, "identified"));
  if (!time) throw std::invalid_argument{"no time"};
  sheet.identified = *time;
  for (const auto& each : object.at("points").as_array()) {
    const auto& point = each.as_object();
    sheet.points[text(point, "series")] = {
        .source = text(point, "source"), .period = length(point, "period_s"), .refresh = length(point, "refresh_s")};
  }
  return sheet;
}

}  // namespace

std::string to_json(const Sheet& sheet) {
  JsonWriter out;
  out.begin_object().field("profile", sheet.profile).field("vendor", sheet.vendor).field("model", sheet.model);
  out.field("firmware", sheet.firmware).field("identified", ground::iso8601(sheet.identified)).key("points").begin_array();
  for (const auto& [series, note] : sheet.points) {
    out.begin_object().field("series", series).field("source", note.source);
    write(out, "period_s", note.period);
    write(out, "refresh_s", note.refresh);
    out.end_object();
  }
  return out.end_array().end_object().take();
}

ground::Result<Sheet> sheet_from_json(std::string_view text) {
  try {
    return sheet_of(json::parse(json::string_view{text.data(), text.size()}).as_object());
  } catch (const std::exception& error) {
    return ground::Failure{ground::FailureKind::malformed, "that is no sheet of points: " + std::string{error.what()}};
  }
}

}  // namespace holdup::capture
