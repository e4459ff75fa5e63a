#include "store/catalog.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <utility>

#include "ground/expect.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t most_shapes = 10'000;  // kept in memory; beyond, they are looked up in the file again

std::optional<std::int64_t> find_row(SQLite::Database& file, const char* sql, const std::string& key) {
  SQLite::Statement find{file, sql};
  find.bind(1, key);
  if (!find.executeStep()) return std::nullopt;
  return find.getColumn(0).getInt64();
}

std::int64_t add_series(SQLite::Database& file, const std::string& text, const record::Series& series) {
  SQLite::Statement add{file, "INSERT INTO series(text, name) VALUES(?, ?)"};
  add.bind(1, text);
  add.bind(2, series.name);
  add.exec();
  const std::int64_t row = file.getLastInsertRowid();
  SQLite::Statement add_label{file, "INSERT INTO label(series, name, value) VALUES(?, ?, ?)"};
  for (const auto& [name, value] : series.labels) {
    add_label.bind(1, row);
    add_label.bind(2, name);
    add_label.bind(3, value);
    add_label.exec();
    add_label.reset();
  }
  return row;
}

std::int64_t add_shape(SQLite::Database& file, const std::string& text, const std::vector<std::int64_t>& members) {
  SQLite::Statement add{file, "INSERT INTO shape(members) VALUES(?)"};
  add.bind(1, text);
  add.exec();
  const std::int64_t row = file.getLastInsertRowid();
  SQLite::Statement add_member{file, "INSERT INTO member(series, shape, position) VALUES(?, ?, ?)"};
  for (std::size_t position = 0; position < members.size(); ++position) {
    add_member.bind(1, members[position]);
    add_member.bind(2, row);
    add_member.bind(3, static_cast<std::int64_t>(position));
    add_member.exec();
    add_member.reset();
  }
  return row;
}

std::string joined(const std::vector<std::int64_t>& rows) {
  std::string out;
  for (const auto row : rows) {
    if (!out.empty()) out += ',';
    out += std::to_string(row);
  }
  return out;
}

}  // namespace

void Catalog::declare(record::SeriesId id, const record::Series& series) {
  names_.insert_or_assign(id, series);
  rows_.erase(id);
}

void Catalog::forget_rows() {
  rows_.clear();
  shapes_.clear();
  boot_row_ = 0;
}

std::int64_t Catalog::series_row(SQLite::Database& file, record::SeriesId id) {
  if (const auto known = rows_.find(id); known != rows_.end()) return known->second;
  const auto series = names_.find(id);
  HOLDUP_EXPECT(series != names_.end());  // a sample came before its series was born
  const std::string text = series->second.text();
  const auto found = find_row(file, "SELECT row FROM series WHERE text = ?", text);
  const auto row = found ? *found : add_series(file, text, series->second);
  rows_.emplace(id, row);
  return row;
}

std::int64_t Catalog::shape_row(SQLite::Database& file, const std::vector<std::int64_t>& members) {
  if (const auto known = shapes_.find(members); known != shapes_.end()) return known->second;
  const std::string text = joined(members);
  const auto found = find_row(file, "SELECT row FROM shape WHERE members = ?", text);
  const auto row = found ? *found : add_shape(file, text, members);
  if (shapes_.size() >= most_shapes) shapes_.clear();
  shapes_.emplace(members, row);
  return row;
}

std::int64_t Catalog::boot_row(SQLite::Database& file) {
  if (boot_row_ != 0) return boot_row_;
  SQLite::Statement add{file, "INSERT INTO boot(id) VALUES(?) ON CONFLICT(id) DO NOTHING"};
  add.bind(1, boot_);
  add.exec();
  boot_row_ = find_row(file, "SELECT row FROM boot WHERE id = ?", boot_).value();
  return boot_row_;
}

}  // namespace holdup::store
