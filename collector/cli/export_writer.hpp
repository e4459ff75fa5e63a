#pragma once

#include <memory>
#include <ostream>
#include <string_view>

#include "store/reader.hpp"

// One format of `export`: series one after the other, each with its points or its buckets. Used by the verb.
namespace holdup::cli {

class ExportWriter {
 public:
  virtual ~ExportWriter() = default;
  virtual void begin(const record::Series& series) = 0;
  virtual void point(const store::Point& point) = 0;
  virtual void bucket(const store::Bucket& bucket) = 0;
  virtual void end() {}
  /// Points that the format cannot hold; they were left out.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 protected:
  std::uint64_t left_out_ = 0;
};

/// time,metric,labels,value,quality,age_s; of buckets time,metric,labels,count,min,max,mean,last.
enum class Rows { points, buckets };
[[nodiscard]] std::unique_ptr<ExportWriter> csv_writer(std::ostream& out, Rows rows);
/// One JSON object a point or bucket, the same words as keys; labels are an object.
[[nodiscard]] std::unique_ptr<ExportWriter> json_writer(std::ostream& out);
/// OpenMetrics 1.0, for `promtool tsdb create-blocks-from openmetrics`: good samples only, times rising in each series. Series must come
/// sorted by name.
[[nodiscard]] std::unique_ptr<ExportWriter> open_metrics_writer(std::ostream& out);

}  // namespace holdup::cli
