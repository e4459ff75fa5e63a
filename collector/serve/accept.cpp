#include <algorithm>
#include <cctype>

#include "collector/serve/exposition.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string_view cut_at(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

struct MediaRange {
  std::string_view type;
  std::string_view version;
  double quality = 1;
};

MediaRange media_range(std::string_view text) {
  MediaRange range{.type = cut_at(text, ';')};
  while (!text.empty()) {
    auto value = cut_at(text, ';');
    const auto key = cut_at(value, '=');
    if (key == "q") range.quality = ground::parse_number(value).value_or(0);
    if (key == "version") range.version = value;
  }
  return range;
}

}  // namespace

Format format_wanted(std::string_view accept) {
  double open_metrics = 0, text = 0;
  while (!accept.empty()) {
    const auto range = media_range(cut_at(accept, ','));
    if (range.type == "application/openmetrics-text" && (range.version.empty() || range.version == "1.0.0"))
      open_metrics = std::max(open_metrics, range.quality);
    if (range.type == "text/plain" || range.type == "text/*" || range.type == "*/*") text = std::max(text, range.quality);
  }
  return open_metrics > 0 && open_metrics >= text ? Format::open_metrics : Format::text;
}

}  // namespace holdup::serve
