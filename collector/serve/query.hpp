#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "collector/serve/answer.hpp"
#include "ground/instant.hpp"
#include "store/reader.hpp"

// An instant query over a store, answered in the shape of Prometheus' HTTP API. The query worker runs it for /api/v1/query, the verb
// `query` for --store FILE.
namespace holdup::serve {

struct InstantQuery {
  std::string expression;
  ground::Utc at{};
};

/// Asked between series: true when the time for the query is over.
using OutOfTime = std::function<bool()>;

inline constexpr ground::Duration query_lookback = std::chrono::minutes{5};
inline constexpr std::size_t query_most_samples = 50'000'000;

[[nodiscard]] Answer answer(const InstantQuery& query, store::Reader& reader, const OutOfTime& out_of_time);
/// {"status":"error","errorType":…,"error":…}
[[nodiscard]] Answer query_error(unsigned status, std::string_view kind, std::string_view what);

}  // namespace holdup::serve
