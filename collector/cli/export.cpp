#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>

#include "collector/cli/export_writer.hpp"
#include "collector/cli/moment.hpp"
#include "collector/cli/progress.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/rules/parser.hpp"
#include "collector/serve/selection.hpp"

// `holdup export`: what a store file holds of some series, one after the other, a day or so at a time.
namespace holdup::cli {
namespace {

constexpr std::size_t points_a_slice = 50'000;

/// What the words of the command line mean.
struct Wanted {
  std::vector<rules::Expression> selectors;
  store::Range range{};
  std::optional<ground::Duration> resolution;
};

std::variant<Wanted, std::string> understood(const ExportOptions& options) {
  Wanted out;
  for (const auto& text : options.matches) {
    const auto parsed = rules::parse(text);
    if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) return "--match " + text + ": " + error->text();
    const auto& expression = std::get<rules::Expression>(parsed);
    if (expression.type != rules::Type::instant_vector || !std::holds_alternative<rules::Selector>(expression.node))
      return "--match " + text + " is no plain selector; write --match 'rack_power_watts{device=\"pdu-a\"}'";
    out.selectors.push_back(expression);
  }
  const auto now = utc_now();
  const auto from = options.from.empty() ? ground::Utc::min() : moment(options.from, now);
  const auto to = options.to.empty() ? ground::Utc::max() : moment(options.to, now);
  const std::string times = " is no time; write 2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h";
  if (!from) return "--from " + options.from + times;
  if (!to) return "--to " + options.to + times;
  if (*from > *to) return "--from is after --to";
  out.range = {*from, *to};
  if (options.resolution.empty()) return out;
  out.resolution = ground::parse_duration(options.resolution);
  if (!out.resolution || *out.resolution < std::chrono::milliseconds{1})
    return "--resolution " + options.resolution + " is no duration; write 1min";
  if (options.format == "openmetrics") return std::string{"--resolution goes with csv and jsonl: OpenMetrics has no name for means"};
  return out;
}

/// Sorted by name, then as the store counts them.
ground::Result<std::vector<store::StoredSeries>> series_of(store::Reader& reader, const Wanted& wanted) {
  std::vector<store::StoredSeries> out;
  if (wanted.selectors.empty()) {
    auto all = reader.series("", {});
    if (!all) return all.error();
    out = std::move(*all);
  }
  std::set<std::int64_t> seen;
  for (const auto& expression : wanted.selectors) {
    const auto selected = serve::select(reader, std::get<rules::Selector>(expression.node));
    if (!selected) return selected.error();
    for (const auto& found : *selected) {
      if (!seen.insert(found.row).second) continue;
      auto stored = reader.series_at(found.row);
      if (!stored) return stored.error();
      out.push_back(std::move(*stored));
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::pair{a.series.name, a.row} < std::pair{b.series.name, b.row};
  });
  return out;
}

class Export {
 public:
  Export(store::Reader& reader, const Wanted& wanted, ExportWriter& writer, std::ostream& out)
      : reader_{reader}, wanted_{wanted}, writer_{writer}, out_{out} {}

  int run() {
    const auto all = series_of(reader_, wanted_);
    if (!all) return complain(all.error().what, cannot_know);
    for (const auto& [row, series] : *all) {
      ++at_;
      writer_.begin(series);
      const auto written = wanted_.resolution ? buckets(row, all->size()) : points(row, all->size());
      if (!written) return complain(written.error().what, cannot_know);
      if (!out_) return complain("the output cannot be written", cannot_know);
    }
    writer_.end();
    out_.flush();
    if (!out_) return complain("the output cannot be written", cannot_know);
    return told();
  }

 private:
  ground::Result<void> points(std::int64_t row, std::size_t all) {
    for (auto left = wanted_.range; left.from <= left.to && out_;) {
      const auto slice = reader_.range_slice(row, left, points_a_slice);
      if (!slice) return slice.error();
      for (const auto& point : *slice) writer_.point(point);
      show(slice->size(), all);
    }
    return {};
  }
  ground::Result<void> buckets(std::int64_t row, std::size_t all) {
    for (auto left = wanted_.range; left.from <= left.to && out_;) {
      const auto slice = reader_.bucket_slice(row, left, *wanted_.resolution, points_a_slice);
      if (!slice) return slice.error();
      for (const auto& bucket : *slice) writer_.bucket(bucket);
      show(slice->size(), all);
    }
    return {};
  }
  void show(std::size_t more, std::size_t all) {
    rows_ += more;
    if (!progress_.due()) return;
    progress_.show("series " + std::to_string(at_) + " of " + std::to_string(all) + ", " + std::to_string(rows_) + " rows");
  }
  int told() {
    if (writer_.left_out() > 0)
      complain(std::to_string(writer_.left_out()) + " samples left out: the clock had been set back, and this format wants rising times",
               fine);
    const auto flaws = reader_.take_flaws();
    for (const auto& flaw : flaws) complain(flaw.where + " is damaged and left out: " + flaw.what, fine);
    return flaws.empty() ? fine : problem_found;
  }

  store::Reader& reader_;
  const Wanted& wanted_;
  ExportWriter& writer_;
  std::ostream& out_;
  Progress progress_;
  std::size_t at_ = 0;
  std::uint64_t rows_ = 0;
};

std::unique_ptr<ExportWriter> writer_of(const std::string& format, const Wanted& wanted, std::ostream& out) {
  if (format == "csv") return csv_writer(out, wanted.resolution ? Rows::buckets : Rows::points);
  if (format == "openmetrics") return open_metrics_writer(out);
  return json_writer(out);
}

/// Or opening it for writing would empty the store; a link to it as well.
bool is_of_store(const std::string& out, const std::string& store) {
  return std::ranges::any_of(std::array{"", "-wal", "-shm", ".lock"}, [&](const char* ending) {
    std::error_code none;
    return std::filesystem::equivalent(out, store + ending, none);
  });
}

}  // namespace

int export_samples(const ExportOptions& options) {
  auto meant = understood(options);
  if (const auto* wrong = std::get_if<std::string>(&meant)) return complain(*wrong, usage);
  const auto& wanted = std::get<Wanted>(meant);
  if (!options.out.empty() && is_of_store(options.out, options.store))
    return complain("--out " + options.out + " is the store itself", usage);
  auto reader = store::Reader::open(options.store);
  if (!reader) return complain(reader.error().what, cannot_know);
  std::ofstream file;
  if (!options.out.empty()) {
    file.open(options.out, std::ios::binary | std::ios::trunc);
    if (!file) return complain(options.out + " cannot be written", cannot_know);
  }
  std::ostream& out = options.out.empty() ? std::cout : file;
  const auto writer = writer_of(options.json ? "jsonl" : options.format, wanted, out);
  return Export{*reader, wanted, *writer, out}.run();
}

}  // namespace holdup::cli
