#include "store/record/series.hpp"

namespace holdup::record {

std::string Series::text() const {
  std::string out = name;
  if (labels.empty()) return out;
  char before = '{';
  for (const Label& l : labels) {
    out += before;
    out += l.first;
    out += "=\"";
    for (char c : l.second) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    out += '"';
    before = ',';
  }
  return out + '}';
}

std::string_view Series::label(std::string_view key) const {
  for (const Label& l : labels)
    if (l.first == key) return l.second;
  return {};
}

}  // namespace holdup::record
