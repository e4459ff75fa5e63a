#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"

// What a request asks with: the parameters of its URL and of its form, and how times in them are written. Used by routes.
namespace holdup::serve {

/// %41 and + decoded; nothing when a % is followed by no two hex digits.
[[nodiscard]] std::optional<std::string> url_decoded(std::string_view text);

class Parameters {
 public:
  /// name=value&… is added; false when it is malformed.
  [[nodiscard]] bool read(std::string_view form);
  /// The first value; empty where there is none.
  [[nodiscard]] std::string first(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

 private:
  std::multimap<std::string, std::string, std::less<>> fields_;  // of one name in the order in which they were read
};

/// Seconds since 1970 with fractions, or RFC 3339 in UTC.
[[nodiscard]] std::optional<ground::Utc> query_time(std::string_view text);
/// Seconds with fractions, or a duration: 15s. To the millisecond.
[[nodiscard]] std::optional<ground::Duration> query_step(std::string_view text);

}  // namespace holdup::serve
