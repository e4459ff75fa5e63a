#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/serve/answer.hpp"
#include "ground/instant.hpp"
#include "ground/json_writer.hpp"

// The shapes of Prometheus' HTTP API that answers to queries have. Used by instant and range queries.
namespace holdup::serve {

/// {"status":"success","data":{"resultType":…,"result":…}}, with "warnings" and "infos" where there are some
[[nodiscard]] Answer success(std::string_view type, const std::vector<rules::Remark>& remarks,
                             const std::function<void(ground::JsonWriter&)>& result);
/// "metric":{…}; without the metric's name where that no longer counts.
void write_metric(ground::JsonWriter& out, const rules::Labels& labels, bool named);
/// [1700000009.5,"8100"]
void write_pair(ground::JsonWriter& out, ground::Utc at, std::string_view text);

}  // namespace holdup::serve
