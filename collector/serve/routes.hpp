#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "collector/incident/ledger.hpp"
#include "collector/serve/answer.hpp"
#include "collector/serve/mirror.hpp"
#include "collector/serve/query.hpp"

// Which path gives what. Pure: a request and the mirror make an answer, or say what must be asked of the store. Used by Connection.
namespace holdup::serve {

enum class Method : std::uint8_t { get, head, post, other };

struct Request {
  Method method = Method::get;
  std::string target;  // path and query as sent
  std::string accept;
  std::string content_type;
  std::string last_event_id;
  std::string body;
};

/// The stream, from after this event on; empty: from now on.
struct StreamAsked {
  std::string after;
};
/// An incident that only the store may remember.
struct IncidentAsked {
  std::string id;
};
using Route = std::variant<Answer, StreamAsked, InstantQuery, RangeQuery, IncidentAsked>;

[[nodiscard]] Route route(const Request& request, const Mirror& mirror, incident::Moment moment);

/// %41 and + decoded; nothing when a % is followed by no two hex digits.
[[nodiscard]] std::optional<std::string> url_decoded(std::string_view text);
/// name=value&…; of several values for a name the first. Nothing when malformed.
[[nodiscard]] std::optional<std::map<std::string, std::string>> form_fields(std::string_view text);
/// Seconds since 1970 with fractions, or RFC 3339 in UTC.
[[nodiscard]] std::optional<ground::Utc> query_time(std::string_view text);
/// Seconds with fractions, or a duration: 15s. To the millisecond.
[[nodiscard]] std::optional<ground::Duration> query_step(std::string_view text);

}  // namespace holdup::serve
