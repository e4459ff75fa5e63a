#include "store/reader/session.hpp"

// Reader: which series there are.
namespace holdup::store {
namespace {

std::string matching_sql(bool named, std::size_t labels) {
  std::string sql = "SELECT row, name FROM series WHERE 1";
  if (named) sql += " AND name = ?";
  for (std::size_t i = 0; i < labels; ++i) sql += " AND row IN (SELECT series FROM label WHERE name = ? AND value = ?)";
  return sql + " ORDER BY row";
}

record::Series series_of(Session& session, std::int64_t row, std::string name) {
  Use find{session, "SELECT name, value FROM label WHERE series = ? ORDER BY name", row};
  record::Series out{.name = std::move(name), .labels = {}};
  while (find.step()) out.labels.emplace_back(find.text(0), find.text(1));
  return out;
}

}  // namespace

ground::Result<std::vector<StoredSeries>> Reader::series(std::string_view name, const std::vector<record::Label>& labels) {
  return guarded([&] {
    const Snapshot snapshot{*session_};
    SQLite::Statement find{session_->file(), matching_sql(!name.empty(), labels.size())};
    int parameter = 0;
    if (!name.empty()) find.bind(++parameter, std::string{name});
    for (const auto& [key, value] : labels) {
      find.bind(++parameter, key);
      find.bind(++parameter, value);
    }
    std::vector<StoredSeries> out;
    while (find.executeStep()) {
      const std::int64_t row = find.getColumn(0).getInt64();
      out.push_back({row, series_of(*session_, row, find.getColumn(1).getString())});
    }
    return out;
  });
}

ground::Result<StoredSeries> Reader::series_at(std::int64_t row) {
  return guarded([&]() -> StoredSeries {
    const Snapshot snapshot{*session_};
    Use find{*session_, "SELECT name FROM series WHERE row = ?", row};
    if (!find.step()) throw DamagedRow{"there is no series " + std::to_string(row)};
    return {row, series_of(*session_, row, find.text(0))};
  });
}

}  // namespace holdup::store
