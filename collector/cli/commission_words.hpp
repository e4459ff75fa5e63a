#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "collector/cli/pull.hpp"
#include "collector/incident/notices.hpp"

// What `commission` writes: to the daemon, to scripts and to people.
namespace holdup::cli {

/// What the daemon is asked to record.
[[nodiscard]] std::string request_text(const incident::Commissioned& test);
/// The same for scripts, with the event that it was recorded as.
[[nodiscard]] std::string result_text(const incident::Commissioned& test);

/// "miscorded: it hangs on pdu-b/outlet/4, not on pdu-a/outlet/3"
[[nodiscard]] std::string sentence_of(const incident::Commissioned& test);
void print_result(const incident::Commissioned& test, const Cord& cord);

/// A line a supply that was asked for: what its test showed, or why there is none.
void print_summary(const std::vector<std::string>& supplies, const std::map<std::string, incident::Commissioned>& tests,
                   const std::map<std::string, std::string>& whys, const std::vector<Cord>& rack);

/// `--list`, of a status: when each supply was commissioned last, and when its contacts moved last; "never". The exit code.
[[nodiscard]] int print_list(const boost::json::object& status, bool json);

}  // namespace holdup::cli
