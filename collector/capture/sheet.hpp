#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ground/instant.hpp"
#include "ground/result.hpp"

// What is known of a device's points beside their series: where each comes from, how often it is asked and how often the device measures
// anew. The live host keeps a sheet a device in the store at each identification; captures tell it with what they hold.
namespace holdup::capture {

inline constexpr const char* sheet_kind = "points";  // of the blob; its key is the device's name

struct PointNote {
  std::string source;  // OID, or FUNCTION:ADDRESS
  std::optional<ground::Duration> period;
  std::optional<ground::Duration> refresh;  // as the profile declares it
};

struct Sheet {
  std::string profile, vendor, model, firmware;
  ground::Utc identified{};
  std::map<std::string, PointNote> points;  // by the series' text
};

/// One JSON object.
[[nodiscard]] std::string to_json(const Sheet& sheet);
[[nodiscard]] ground::Result<Sheet> sheet_from_json(std::string_view json);

}  // namespace holdup::capture
