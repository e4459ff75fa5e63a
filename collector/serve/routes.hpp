#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "collector/incident/ledger.hpp"
#include "collector/serve/answer.hpp"
#include "collector/serve/catalogue.hpp"
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
using Route = std::variant<Answer, StreamAsked, InstantQuery, RangeQuery, CatalogueQuery, IncidentAsked>;

[[nodiscard]] Route route(const Request& request, const Mirror& mirror, incident::Moment moment);

}  // namespace holdup::serve
