#include "collector/serve/query_shape.hpp"

#include <algorithm>
#include <utility>

#include "collector/serve/query.hpp"

namespace holdup::serve {

using ground::JsonWriter;

Answer success(std::string_view type, const std::vector<rules::Remark>& remarks, const std::function<void(JsonWriter&)>& result) {
  JsonWriter out;
  out.begin_object().field("status", "success").key("data").begin_object().field("resultType", type).key("result");
  result(out);
  out.end_object();
  for (const auto& [weight, key] :
       {std::pair{rules::Remark::Weight::warning, "warnings"}, std::pair{rules::Remark::Weight::info, "infos"}}) {
    if (std::ranges::find(remarks, weight, &rules::Remark::weight) == remarks.end()) continue;
    out.key(key).begin_array();
    for (const auto& remark : remarks)
      if (remark.weight == weight) out.value(remark.text());
    out.end_array();
  }
  return {.body = out.end_object().take()};
}

Answer query_error(unsigned status, std::string_view kind, std::string_view what) {
  JsonWriter out;
  out.begin_object().field("status", "error").field("errorType", kind).field("error", what);
  return {.status = status, .body = out.end_object().take()};
}

void write_metric(JsonWriter& out, const rules::Labels& labels, bool named) {
  out.key("metric").begin_object();
  for (const auto& [name, value] : labels.all())
    if (named || name != rules::metric_name) out.field(name, value);
  out.end_object();
}

void write_pair(JsonWriter& out, ground::Utc at, std::string_view text) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
  out.begin_array().value(static_cast<double>(ms) / 1000).value(text).end_array();
}

}  // namespace holdup::serve
