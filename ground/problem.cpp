#include "ground/problem.hpp"

#include <algorithm>

#include "ground/utf8.hpp"

namespace holdup::ground {

std::string Problem::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line);
  out += ": ";
  if (!key.empty()) out += key + ": ";
  out += what;
  if (!mend.empty()) out += "; " + mend;
  return printable(out);
}

std::size_t Problems::errors() const {
  return static_cast<std::size_t>(
      std::count_if(all_.begin(), all_.end(), [](const Problem& p) { return p.weight == Problem::Weight::error; }));
}

}  // namespace holdup::ground
