#pragma once

#include <string>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/template_value.hpp"
#include "ground/result.hpp"

// What a template's `query` finds. Used by whatever evaluates rules, each over its own source.
namespace holdup::rules {

/// An expression that reaches further back than `held` is refused: there would be nothing, or half of it.
[[nodiscard]] ground::Result<SampledList> answer(const std::string& expression, const Setting& setting, ground::Duration held,
                                                 Source& source);

}  // namespace holdup::rules
