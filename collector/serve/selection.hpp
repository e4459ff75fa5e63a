#pragma once

#include <cstdint>
#include <vector>

#include "collector/rules/expression.hpp"
#include "store/reader.hpp"

// The series of a store that a selector means: what is equal is asked of the store, the rest looked at here. Used by queries and exports.
namespace holdup::serve {

struct Selected {
  std::int64_t row = 0;
  rules::Labels labels;  // with the metric's name
};

/// By row.
[[nodiscard]] ground::Result<std::vector<Selected>> select(store::Reader& reader, const rules::Selector& selector);

}  // namespace holdup::serve
