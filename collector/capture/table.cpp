#include "collector/capture/table.hpp"

#include <algorithm>

#include "ground/number.hpp"

namespace holdup::capture {

void Table::add(const record::Series& series, const std::vector<store::Point>& points) {
  if (points.empty()) return;
  const auto column = columns_.size();
  columns_.push_back({.series = series, .samples = points.size()});
  for (std::size_t i = 0; i < points.size(); ++i) {
    answers_[{points[i].time, points[i].time - points[i].age}].emplace_back(column, points[i]);
    if (i > 0) columns_.back().spacings.push_back(points[i].time - points[i - 1].time);
  }
  samples_ += points.size();
}

void Table::write(std::ostream& out) const {
  out << "asked,answered";
  for (std::size_t c = 0; c < columns_.size(); ++c) out << ",c" << c + 1;
  out << ",not_good\n";
  for (const auto& [when, values] : answers_) {
    out << ground::iso8601(when.second) << ',' << ground::iso8601(when.first);
    std::vector<std::string> cells(columns_.size());
    std::string not_good;
    for (const auto& [column, point] : values) {
      if (point.quality == ground::Quality::good)
        cells[column] = ground::number_text(point.value);
      else
        not_good += (not_good.empty() ? "c" : " c") + std::to_string(column + 1) + ":" + std::string{name(point.quality)};
    }
    for (const auto& cell : cells) out << ',' << cell;
    out << ',' << not_good << '\n';
  }
}

}  // namespace holdup::capture
