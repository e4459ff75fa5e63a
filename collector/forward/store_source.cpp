#include "collector/forward/store_source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <span>

namespace holdup::forward {
namespace {

constexpr ground::Duration lookback = std::chrono::hours{1};  // slower points are ended by nobody
constexpr std::size_t most_lasting = 50'000, rows_a_look = 256;

}  // namespace

ground::Result<void> StoreSource::be_open() {
  struct stat status {};
  const bool there = ::stat(path_.c_str(), &status) == 0;
  if (reader_ && there && status.st_ino == inode_) return {};
  auto opened = store::Reader::open(path_);
  if (!opened) return opened.error();
  reader_.emplace(std::move(*opened));
  if (inode_ != status.st_ino) ++file_;
  inode_ = status.st_ino;
  return {};
}

template <class Call>
auto StoreSource::of(Call call) -> decltype(call(std::declval<store::Reader&>())) {
  if (const auto open = be_open(); !open) return open.error();
  auto result = call(*reader_);
  if (!result) reader_.reset();
  return result;
}

ground::Result<std::int64_t> StoreSource::last_recorded() {
  return of([](store::Reader& reader) { return reader.last_recorded(); });
}

ground::Result<store::Slice> StoreSource::recorded(std::int64_t after_seq, std::size_t samples) {
  return of([&](store::Reader& reader) { return reader.recorded(after_seq, samples); });
}

ground::Result<record::Series> StoreSource::series_at(std::int64_t row) {
  auto stored = of([&](store::Reader& reader) { return reader.series_at(row); });
  if (!stored) return stored.error();
  return std::move(stored->series);
}

ground::Result<std::vector<Source::Lasting>> StoreSource::lasting(std::int64_t seq) {
  std::vector<Lasting> out;
  if (seq <= 0) return out;
  const auto before = recorded(seq - 1, 1);
  if (!before) return before.error();
  std::optional<ground::Utc> at;
  for (const auto& one : before->recorded)
    for (const auto& point : one.points) at = std::max(at.value_or(point.time), point.time);
  const auto series = of([](store::Reader& reader) { return reader.series("", {}); });
  if (!series) return series.error();
  if (!at || series->size() > most_lasting) return out;
  std::vector<std::int64_t> rows;
  for (const auto& one : *series) rows.push_back(one.row);
  for (std::size_t from = 0; from < rows.size(); from += rows_a_look) {
    const auto some = std::span{rows}.subspan(from, std::min(rows_a_look, rows.size() - from));
    const auto points = of([&](store::Reader& reader) { return reader.instant(some, *at, lookback); });
    if (!points) return points.error();
    for (std::size_t i = 0; i < some.size(); ++i)
      if ((*points)[i]) out.push_back({some[i], *(*points)[i]});
  }
  return out;
}

ground::Result<std::optional<std::int64_t>> StoreSource::cursor(const std::string& name) {
  return of([&](store::Reader& reader) { return reader.cursor(name); });
}

}  // namespace holdup::forward
