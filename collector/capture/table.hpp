#pragma once

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "store/reader.hpp"

// The samples of a device's points side by side: one row an answer. Used by capture.
namespace holdup::capture {

struct Column {
  record::Series series;
  std::size_t samples = 0;
  std::vector<ground::Duration> spacings{};  // between one sample and the next, as they came
};

class Table {
 public:
  /// Samples of one series, oldest first; a series without any becomes no column.
  void add(const record::Series& series, const std::vector<store::Point>& points);
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] std::size_t samples() const { return samples_; }

  /// asked,answered,c1,c2,…,not_good: a cell is empty where the answer had no such value, or none that is good; the last says which.
  void write(std::ostream& out) const;

 private:
  using Answer = std::pair<ground::Utc, ground::Utc>;  // when it came, when it was asked for
  std::vector<Column> columns_;
  std::map<Answer, std::vector<std::pair<std::size_t, store::Point>>> answers_;
  std::size_t samples_ = 0;
};

}  // namespace holdup::capture
