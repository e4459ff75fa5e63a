#pragma once

#include <string_view>

#include "collector/detect/verdict.hpp"

// How loud each verdict is: critical wakes a person. docs/verdicts.md lists the same.
namespace holdup::incident {

[[nodiscard]] std::string_view severity(detect::Verdict verdict);
/// One sentence for a person: "feed A is lost: 2 of 2 on it silent, 3 of 3 elsewhere answer".
[[nodiscard]] std::string summary(const detect::Finding& finding);

}  // namespace holdup::incident
