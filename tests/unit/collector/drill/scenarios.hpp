#pragma once

#include <string>

#include "collector/drill/drill.hpp"

// Scenario files as plans, for the drill's tests.
namespace drill_test {

/// Aborts the test with every problem when the file or the text makes no plan.
[[nodiscard]] holdup::drill::DrillPlan plan_of_file(const std::string& path);
/// A scenario whose rack stands in itself.
[[nodiscard]] holdup::drill::DrillPlan plan_of(const std::string& text);

/// Everything that was said, one line each.
[[nodiscard]] std::string bytes_of(const holdup::drill::Transcript& transcript);

}  // namespace drill_test
