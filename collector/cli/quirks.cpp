#include "collector/cli/quirks.hpp"

#include "ground/number.hpp"

namespace holdup::cli {

std::string quirks_of(const profile::Profile& profile) {
  const profile::Quirks usual, &quirks = profile.quirks;
  std::string out;
  const auto say = [&out](const std::string& what) { out += (out.empty() ? "" : ", ") + what; };
  if (quirks.max_repetitions == 1) say("GETNEXT only");
  if (quirks.max_repetitions > 1) say("at most " + std::to_string(quirks.max_repetitions) + " repetitions a GETBULK");
  if (quirks.max_varbinds != usual.max_varbinds) say("at most " + std::to_string(quirks.max_varbinds) + " names a GET");
  if (quirks.max_registers != usual.max_registers) say("at most " + std::to_string(quirks.max_registers) + " registers a read");
  if (quirks.register_gap != usual.register_gap) say("reads over gaps of " + std::to_string(quirks.register_gap) + " registers");
  if (quirks.pipeline > 1) say("up to " + std::to_string(quirks.pipeline) + " requests at once");
  if (quirks.v1_only) say("v1 only");
  if (quirks.pace.max_duty) say("busy for at most " + ground::number_text(*quirks.pace.max_duty) + " of the time");
  if (quirks.pace.between_requests) say("a pause of " + ground::duration_text(*quirks.pace.between_requests) + " between requests");
  if (quirks.pace.after_connect) say("a pause of " + ground::duration_text(*quirks.pace.after_connect) + " after connecting");
  if (quirks.pace.routine) say("routine every " + ground::duration_text(*quirks.pace.routine));
  return out;
}

}  // namespace holdup::cli
