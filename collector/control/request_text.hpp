#pragma once

#include <string>
#include <string_view>

#include "collector/control/tokens.hpp"
#include "collector/core/asked.hpp"
#include "ground/result.hpp"

// The words on the control socket: one JSON object a request, one an answer, a line each. The daemon reads and the verbs write them.
namespace holdup::control {

/// What `text` asks; the token in it becomes the name of whose it is. `tokens` may be nullptr: then nobody has one.
[[nodiscard]] ground::Result<core::Request> request_of(std::string_view text, const Tokens* tokens);

/// {"ok":true,"text":…,"event":…,"durable":…}, {"ok":false,"refused":…,"error":…}
[[nodiscard]] std::string answer_text(const core::Answer& answer, bool durable);
[[nodiscard]] std::string denial_text(const std::string& why);

}  // namespace holdup::control
