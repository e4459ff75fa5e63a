#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "collector/serve/answer.hpp"
#include "ground/instant.hpp"
#include "store/reader.hpp"

// Queries over a store, answered in the shape of Prometheus' HTTP API. The query worker runs them for /api/v1/query and query_range, the
// verb `query` for --store FILE.
namespace holdup::serve {

struct InstantQuery {
  std::string expression;
  ground::Utc at{};
};

/// At from, from + step, … up to `to`.
struct RangeQuery {
  std::string expression;
  ground::Utc from{}, to{};
  ground::Duration step{};
};

/// Asked between series: true when the time for the query is over.
using OutOfTime = std::function<bool()>;

inline constexpr ground::Duration query_lookback = std::chrono::minutes{5};
inline constexpr std::size_t query_most_samples = 50'000'000;

inline constexpr std::int64_t query_most_steps = 11'000;  // as in Prometheus

[[nodiscard]] Answer answer(const InstantQuery& query, store::Reader& reader, const OutOfTime& out_of_time);
/// Each step is what an instant query at that time would answer.
[[nodiscard]] Answer answer(const RangeQuery& query, store::Reader& reader, const OutOfTime& out_of_time);
/// What is wrong with its times; nothing when they can be asked for.
[[nodiscard]] std::optional<std::string> refusal_of(const RangeQuery& query);
/// {"status":"error","errorType":…,"error":…}
[[nodiscard]] Answer query_error(unsigned status, std::string_view kind, std::string_view what);

}  // namespace holdup::serve
