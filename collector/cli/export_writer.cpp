#include "collector/cli/export_writer.hpp"

#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "collector/serve/exposition.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

using ground::number_text;

/// RFC 4180: in quotes where it must be, quotes twice. What a spreadsheet would take for a formula cannot begin a field: every text that is
/// not ours is a name of a metric, or labels, which begin with a letter.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string out{'"'};
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string age_text(ground::Duration age) { return number_text(ground::seconds(age)); }

class CsvWriter final : public ExportWriter {
 public:
  CsvWriter(std::ostream& out, Rows rows) : out_{out} {
    out_ << (rows == Rows::points ? "time,metric,labels,value,quality,age_s\n" : "time,metric,labels,count,min,max,mean,last\n");
  }
  void begin(const record::Series& series) override {
    series_ =
        "," + csv_field(ground::printable(series.name)) + "," + csv_field(ground::printable(serve::exposed_labels(series.labels))) + ",";
  }
  void point(const store::Point& point) override {
    out_ << ground::iso8601(point.time) << series_ << number_text(point.value) << ',' << ground::name(point.quality) << ','
         << age_text(point.age) << '\n';
  }
  void bucket(const store::Bucket& bucket) override {
    out_ << ground::iso8601(bucket.time) << series_ << bucket.count;
    for (const double value : {bucket.min, bucket.max, bucket.mean, bucket.last}) out_ << ',' << number_text(value);
    out_ << '\n';
  }

 private:
  std::ostream& out_;
  std::string series_;
};

class JsonLines final : public ExportWriter {
 public:
  explicit JsonLines(std::ostream& out) : out_{out} {}
  void begin(const record::Series& series) override {
    ground::JsonWriter json;
    json.begin_object();
    for (const auto& [key, value] : series.labels) json.field(key, value);
    labels_ = json.end_object().take();
    name_ = series.name;
  }
  void point(const store::Point& point) override {
    auto json = opened(point.time);
    number(json, "value", point.value);
    json.field("quality", ground::name(point.quality)).field("age_s", ground::seconds(point.age));
    close(json);
  }
  void bucket(const store::Bucket& bucket) override {
    auto json = opened(bucket.time);
    json.field("count", bucket.count);
    number(json, "min", bucket.min);
    number(json, "max", bucket.max);
    number(json, "mean", bucket.mean);
    number(json, "last", bucket.last);
    close(json);
  }

 private:
  [[nodiscard]] ground::JsonWriter opened(ground::Utc time) const {
    ground::JsonWriter json;
    json.begin_object().field("time", ground::iso8601(time)).field("metric", name_).key("labels").raw(labels_);
    return json;
  }
  /// JSON has no NaN and no infinity: those are texts.
  static void number(ground::JsonWriter& json, std::string_view key, double value) {
    std::isfinite(value) ? json.field(key, value) : json.field(key, number_text(value));
  }
  void close(ground::JsonWriter& json) { out_ << json.end_object().take() << '\n'; }

  std::ostream& out_;
  std::string name_, labels_;
};

class OpenMetrics final : public ExportWriter {
 public:
  explicit OpenMetrics(std::ostream& out) : out_{out} {}

  void begin(const record::Series& series) override {
    const bool counter = series.name.ends_with("_total");
    if (family_ != series.name) {
      family_ = series.name;
      const auto name = std::string_view{family_}.substr(0, family_.size() - (counter ? 6 : 0));
      out_ << "# TYPE " << name << (counter ? " counter\n" : " gauge\n");
    }
    const auto labels = serve::exposed_labels(series.labels);
    series_ = series.name + (labels.empty() ? "" : "{" + labels + "}") + " ";
    counter_ = counter;
    last_.reset();
  }
  void point(const store::Point& point) override {
    if (point.quality != ground::Quality::good || (counter_ && !(point.value >= 0))) return;
    if (last_ && point.time <= *last_) {
      ++left_out_;
      return;
    }
    last_ = point.time;
    out_ << series_ << number_text(point.value) << ' ' << seconds_text(point.time) << '\n';
  }
  void bucket(const store::Bucket&) override {}
  void end() override { out_ << "# EOF\n"; }

 private:
  static std::string seconds_text(ground::Utc time) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
    char text[32];
    std::snprintf(text, sizeof text, "%s%lld.%03lld", ms < 0 ? "-" : "", static_cast<long long>(std::abs(ms / 1000)),
                  static_cast<long long>(std::abs(ms % 1000)));
    return text;
  }

  std::ostream& out_;
  std::string family_, series_;
  bool counter_ = false;
  std::optional<ground::Utc> last_;
};

}  // namespace

std::unique_ptr<ExportWriter> csv_writer(std::ostream& out, Rows rows) { return std::make_unique<CsvWriter>(out, rows); }
std::unique_ptr<ExportWriter> json_writer(std::ostream& out) { return std::make_unique<JsonLines>(out); }
std::unique_ptr<ExportWriter> open_metrics_writer(std::ostream& out) { return std::make_unique<OpenMetrics>(out); }

}  // namespace holdup::cli
