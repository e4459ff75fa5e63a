#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/serve/mirror.hpp"
#include "store/record/series.hpp"

// /metrics: the mirror as Prometheus' text format 0.0.4, or OpenMetrics 1.0 where the scraper asks for it. What could not be read is left
// out. Used by the routes; the mirror keeps label texts ready.
namespace holdup::serve {

enum class Format { text, open_metrics };

/// By the Accept header with its q-values; plain text unless OpenMetrics 1.0 is wanted at least as much.
[[nodiscard]] Format format_wanted(std::string_view accept);
[[nodiscard]] std::string_view content_type(Format format);

[[nodiscard]] std::string exposition(const Mirror& mirror, Instant now, Format format);

/// device="pdu-a",part="inlet", escaped.
[[nodiscard]] std::string exposed_labels(const std::vector<record::Label>& labels);

}  // namespace holdup::serve
