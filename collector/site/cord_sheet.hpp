#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"

// Outlets and cords from a spreadsheet, a row a cord: what `holdup import --csv` makes of it, ready to paste into a site file. Columns go
// by their header, whatever its case and order.
namespace holdup::site {

/// A row: one supply and where it is plugged in.
struct SheetCord {
  int line = 0;
  std::string load, supply, pdu, outlet;
  std::string status, holdup, rated_watts;  // as the site file has them; empty: not told
};

struct SheetPdu {
  std::string name, feed, url;
  int line = 0, feed_line = 0, url_line = 0;
};

struct SheetLoad {
  std::string name, needs_watts, sharing;
  int watts_line = 0, sharing_line = 0;
};

struct CordSheet {
  std::string rack;
  std::vector<SheetCord> cords;  // in the sheet's order
  std::vector<SheetPdu> pdus;
  std::vector<SheetLoad> loads;
};

/// Every line that cannot be used is a problem with its line and column, and is left out. `rack` chooses among several.
[[nodiscard]] CordSheet read_cord_sheet(std::string_view text, const std::string& file, const std::string& rack,
                                        ground::Problems& problems);

/// `devices:` and `loads:` as a site file has them; what the sheet does not tell stands there as a comment.
[[nodiscard]] std::string yaml_of(const CordSheet& sheet);

}  // namespace holdup::site
