#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/serve/query.hpp"

// Which series, label names and label values a store has, in the shape of Prometheus' /api/v1/series, labels and label/NAME/values.
namespace holdup::serve {

struct CatalogueQuery {
  enum class Kind : std::uint8_t { series, names, values };
  Kind kind = Kind::series;
  std::string label{};                      // whose values
  std::vector<std::string> matches{};       // selectors; a series counts that any of them selects; none: all do
  std::optional<ground::Utc> from{}, to{};  // a series counts that has a sample between them
  std::size_t limit = 0;                    // of what is told; 0: everything
};

[[nodiscard]] Answer answer(const CatalogueQuery& query, store::Reader& reader, const OutOfTime& out_of_time);

}  // namespace holdup::serve
