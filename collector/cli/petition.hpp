#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "collector/cli/daemon_client.hpp"
#include "ground/result.hpp"

// What `attest`, `maintenance`, `handsoff` and `db compact` ask of a running daemon: its status names the control socket, which takes it.
namespace holdup::cli {

/// The daemon's status as JSON.
[[nodiscard]] ground::Result<boost::json::object> status_of(const std::string& url);

/// One JSON object over the control socket, and its answer; an answer that is a refusal is no failure.
[[nodiscard]] ground::Result<boost::json::object> ask_control(const std::string& socket, const std::string& request);

/// Asks, and hands the answer back as it came.
[[nodiscard]] ground::Result<boost::json::object> petitioned(const std::string& url, const boost::json::object& request);
/// 0 it was done, 3 refused, 1 else.
[[nodiscard]] int code_of_answer(const boost::json::object& answer);
/// Asks, prints the answer, gives the exit code: 3 refused, 4 when nobody could be asked.
[[nodiscard]] int petition(const std::string& url, const boost::json::object& request, bool json);

/// Our user's name: who a verb is by when nobody says.
[[nodiscard]] std::string own_name();

/// Of a store file: hands are off, so it must not be changed. Says so, and has it noted in the audit records, by the daemon where one runs.
[[nodiscard]] bool hands_are_off(const std::string& store, const std::string& verb);

}  // namespace holdup::cli
