#pragma once

#include "collector/detect/verdict.hpp"
#include "collector/incident/branches.hpp"
#include "collector/incident/notices.hpp"

// What a maintenance window was opened for: only that is quiet. Part of the ledger.
namespace holdup::incident {

/// The verdict is what the window's intent brings about, on the element it names or on what hangs there.
[[nodiscard]] bool covers(const Window& window, detect::Verdict verdict, const Element& element, const Branches& branches);

}  // namespace holdup::incident
