#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"

// Comma-separated values as spreadsheets write them: RFC 4180, also with semicolons or tabs, any line end, a byte order mark, Excel's
// `sep=` line. `holdup import` reads cords from it.
namespace holdup::site {

struct CsvRow {
  int line = 0;  // 1-based, where it begins
  std::vector<std::string> fields;
};

/// The rows that hold anything, and no remarks (lines that begin with "# "). The separator is what the first of them has most of: ',', ';'
/// or a tab. Quotes out of place are problems with their line; such a row is left out.
[[nodiscard]] std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file, ground::Problems& problems);

}  // namespace holdup::site
