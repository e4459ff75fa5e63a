#pragma once

#include <string_view>

#include "collector/detect/verdict.hpp"

// How loud each verdict is: critical wakes a person. docs/verdicts.md lists the same.
namespace holdup::incident {

inline constexpr std::string_view loudest = "critical", quietest = "info";

struct Incident;

[[nodiscard]] std::string_view severity(detect::Verdict verdict);
[[nodiscard]] bool is_louder(detect::Verdict one, detect::Verdict other);
/// Of its cause; what is unknown is a warning, until it has been so for too long: then any such verdict of it wakes a person.
[[nodiscard]] std::string_view severity(const Incident& incident);
/// One sentence for a person: "feed A is lost: 2 of 2 on it silent, 3 of 3 elsewhere answer".
[[nodiscard]] std::string summary(const detect::Finding& finding);

/// The incident in one sentence: its cause, whether that is back already, whether it comes and goes.
[[nodiscard]] std::string sentence(const Incident& incident);

}  // namespace holdup::incident
