#pragma once

#include <filesystem>
#include <string>

#include "collector/rules/rule.hpp"
#include "tests/differential/sample_log.hpp"

// One case as files for `promtool test rules`, with the alerts that the streaming engine says fire. Used by rules-differential --promtool.
namespace holdup::differential {

/// False, and nothing is written, where an alert came and went between two of Prometheus' evaluations, which cannot see that, or a rule
/// failed, which ends promtool's test.
[[nodiscard]] bool write_promtool_files(const std::filesystem::path& folder, const std::string& text, const rules::RuleSet& rules,
                                        const SampleLog& log);

}  // namespace holdup::differential
