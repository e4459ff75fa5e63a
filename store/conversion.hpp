#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "store/catalog.hpp"
#include "store/loss.hpp"
#include "store/tail.hpp"

namespace SQLite {
class Database;
}

// The samples of format 1 (tables batch, shape, member), read row by row into a tail from which chunks are made. Used by Housekeeper.
// Throws SQLite::Exception.
namespace holdup::store {

class OldSamples {
 public:
  explicit OldSamples(SQLite::Database& file) : file_{file} {}

  /// The next some rows; false: there are no more. Those that cannot be read are lost.
  [[nodiscard]] bool read(int rows, Tail& into);
  /// The row that was read last.
  [[nodiscard]] std::int64_t last() const { return last_; }
  [[nodiscard]] const std::vector<Loss>& losses() const { return losses_; }
  /// All rows up to last() go.
  void remove() const;
  /// The empty tables go.
  static void drop_tables(SQLite::Database& file);
  /// Lays the file out as a new one, so that it can give pages back, where that takes no time to speak of and there is room.
  static void compact(SQLite::Database& file);

 private:
  struct Part {
    std::int64_t pack = 0;
    codec::SeriesList series;
    std::vector<std::size_t> places;
  };
  struct Members {
    std::size_t count = 0;
    std::vector<Part> parts;  // by pack
  };
  [[nodiscard]] const Members& members_of(std::int64_t shape);
  [[nodiscard]] std::int64_t steady(std::int64_t offset_ms);

  SQLite::Database& file_;
  Catalog catalog_{""};
  std::map<std::int64_t, Members> shapes_;
  std::int64_t last_ = 0;
  std::optional<std::int64_t> offset_ms_;  // UTC minus monotonic time, as written last
  std::vector<Loss> losses_;
};

}  // namespace holdup::store
