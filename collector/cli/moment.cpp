#include "collector/cli/moment.hpp"

#include "collector/serve/parameters.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::cli {

std::optional<ground::Utc> moment(std::string_view text, ground::Utc now) {
  if (text == "now") return now;
  if (const auto time = serve::query_time(text)) return time;
  const auto ago = ground::parse_duration(text);
  if (!ago || *ago > now.time_since_epoch()) return std::nullopt;
  return now - *ago;
}

ground::Utc utc_now() { return ground::utc(ground::clock::now(), ground::clock::utc_offset()); }

}  // namespace holdup::cli
