#include "store/catalog.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ground/expect.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t most_shapes = 10'000;  // kept in memory; beyond, they are made again

std::uint64_t hash_of(std::span<const record::Sample> samples) {
  std::uint64_t hash = samples.size();
  for (const auto& sample : samples) hash = (hash ^ sample.series) * 0x9E3779B97F4A7C15ULL + (hash >> 29U);
  return hash;
}

bool has_ids(const Shape& shape, std::span<const record::Sample> samples) {
  return std::equal(shape.ids.begin(), shape.ids.end(), samples.begin(), samples.end(),
                    [](record::SeriesId id, const record::Sample& sample) { return id == sample.series; });
}

void add_labels(SQLite::Database& file, std::int64_t row, const std::vector<record::Label>& labels) {
  SQLite::Statement left{file, "DELETE FROM label WHERE series = ?"};  // by a damaged row that had this number
  left.bind(1, row);
  left.exec();
  SQLite::Statement add{file, "INSERT INTO label(series, name, value) VALUES(?, ?, ?)"};
  for (const auto& [name, value] : labels) {
    add.bind(1, row);
    add.bind(2, name);
    add.bind(3, value);
    add.exec();
    add.reset();
  }
}

// What a sample needs is written with it.
void ensure_transaction(SQLite::Database& file) {
  if (sqlite3_get_autocommit(file.getHandle()) != 0) file.exec("BEGIN IMMEDIATE");
}

std::int64_t add_pack(SQLite::Database& file, const std::string& device) {
  SQLite::Statement add{file, "INSERT INTO pack(device, sealed) VALUES(?, 0)"};
  add.bind(1, device);
  add.exec();
  return file.getLastInsertRowid();
}

}  // namespace

void Catalog::declare(record::SeriesId id, const record::Series& series) {
  auto [known, added] = names_.try_emplace(id, series);
  if (added || known->second == series) return;
  known->second = series;
  places_.erase(id);
  forget_shapes();
}

void Catalog::forget_shapes() {
  shapes_.clear();
  alike_.clear();
  likely_ = 0;
}

void Catalog::forget_rows() {
  places_.clear();
  packs_.clear();
  filling_.clear();
  forget_shapes();
  boot_row_ = 0;
}

std::int64_t Catalog::pack_for(SQLite::Database& file, const std::string& device) {
  auto [known, added] = filling_.try_emplace(device);
  Filling& filling = known->second;
  if (added) {
    SQLite::Statement newest{
        file, "SELECT row, (SELECT count(*) FROM series WHERE pack = pack.row) FROM pack WHERE device = ? ORDER BY row DESC LIMIT 1"};
    newest.bind(1, device);
    if (newest.executeStep()) filling = {newest.getColumn(0).getInt64(), newest.getColumn(1).getInt64()};
  }
  if (filling.pack == 0 || filling.series >= most_series_a_pack) filling = {add_pack(file, device), 0};
  ++filling.series;
  return filling.pack;
}

Catalog::Place Catalog::add_series(SQLite::Database& file, const std::string& text, const record::Series& series) {
  ensure_transaction(file);
  const auto pack = pack_for(file, std::string{series.label("device")});
  SQLite::Statement add{file, "INSERT INTO series(text, name, pack) VALUES(?, ?, ?)"};
  add.bind(1, text);
  add.bind(2, series.name);
  add.bind(3, pack);
  add.exec();
  const Place place{file.getLastInsertRowid(), pack};
  add_labels(file, place.row, series.labels);
  return place;
}

Catalog::Place Catalog::place(SQLite::Database& file, record::SeriesId id) {
  if (const auto known = places_.find(id); known != places_.end()) return known->second;
  const auto series = names_.find(id);
  HOLDUP_EXPECT(series != names_.end());  // a sample came before its series was born
  const std::string text = series->second.text();
  SQLite::Statement find{file, "SELECT row, pack FROM series WHERE text = ?"};
  find.bind(1, text);
  const auto found = find.executeStep() ? Place{find.getColumn(0).getInt64(), find.getColumn(1).getInt64()} : Place{};
  find.reset();
  const auto place = found.row != 0 ? found : add_series(file, text, series->second);
  places_.emplace(id, place);
  packs_.insert_or_assign(place.row, place.pack);
  return place;
}

std::int64_t Catalog::pack_of(SQLite::Database& file, std::int64_t series_row) {
  if (const auto known = packs_.find(series_row); known != packs_.end()) return known->second;
  SQLite::Statement find{file, "SELECT pack FROM series WHERE row = ?"};
  find.bind(1, series_row);
  if (!find.executeStep()) return 0;  // not remembered: the row may be given to another series
  return packs_.emplace(series_row, find.getColumn(0).getInt64()).first->second;
}

const Shape& Catalog::shape(SQLite::Database& file, std::span<const record::Sample> samples) {
  if (likely_ >= shapes_.size()) likely_ = 0;
  if (likely_ < shapes_.size() && has_ids(*shapes_[likely_], samples)) return *shapes_[likely_++];
  const auto hash = hash_of(samples);
  for (const auto place : alike_[hash])
    if (has_ids(*shapes_[place], samples)) return likely_ = place + 1, *shapes_[place];
  auto made = make_shape(file, samples);
  if (shapes_.size() >= most_shapes) forget_shapes();
  alike_[hash].push_back(shapes_.size());
  shapes_.push_back(std::move(made));
  likely_ = shapes_.size();
  return *shapes_.back();
}

std::unique_ptr<const Shape> Catalog::make_shape(SQLite::Database& file, std::span<const record::Sample> samples) {
  auto shape = std::make_unique<Shape>();
  std::map<std::int64_t, std::uint32_t> by_row;  // the sample that counts
  for (std::uint32_t i = 0; i < samples.size(); ++i) {
    shape->ids.push_back(samples[i].series);
    by_row.insert_or_assign(place(file, samples[i].series).row, i);
  }
  std::vector<std::int64_t> rows;
  for (const auto& [row, held] : by_row) {
    rows.push_back(row);
    shape->held.push_back(held);
  }
  shape->series = std::move(rows);
  return shape;
}

std::int64_t Catalog::boot_row(SQLite::Database& file) {
  if (boot_row_ != 0) return boot_row_;
  ensure_transaction(file);
  SQLite::Statement add{file, "INSERT INTO boot(id) VALUES(?) ON CONFLICT(id) DO NOTHING"};
  add.bind(1, boot_);
  add.exec();
  SQLite::Statement find{file, "SELECT row FROM boot WHERE id = ?"};
  find.bind(1, boot_);
  HOLDUP_EXPECT(find.executeStep());
  boot_row_ = find.getColumn(0).getInt64();
  return boot_row_;
}

}  // namespace holdup::store
