#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "store/catalog.hpp"
#include "store/codec/journal.hpp"
#include "store/tail.hpp"

namespace SQLite {
class Database;
}

// Puts the replies of journal rows into the lanes of their packs, many rows at a time, when the tail is to be sealed: what is at hand then
// stays in the cache. Used by Housekeeper and, at opening, by replay(). May throw SQLite::Exception.
namespace holdup::store {

class Sorter {
 public:
  Sorter(SQLite::Database& file, Catalog& catalog, Tail& tail) : file_{file}, catalog_{catalog}, tail_{tail} {}

  /// Some of the rows that wait unsorted; false: none is left.
  [[nodiscard]] bool step();

  using Sealed = std::map<std::int64_t, std::int64_t>;  // by pack: up to which seq it is in chunks
  /// A reply of the row `seq`, as far as it is of a pack in `sealed` and not in its chunks yet.
  void add(std::int64_t seq, const codec::JournalBatch& reply, const Sealed& sealed);

 private:
  struct Part {  // what of a reply belongs to one pack
    std::int64_t pack = 0;
    codec::SeriesList series;           // ascending
    std::vector<std::uint32_t> places;  // of these in the reply
  };
  using Parts = std::vector<Part>;
  [[nodiscard]] const Parts& parts_of(const codec::SeriesList& series);
  [[nodiscard]] Parts make_parts(const codec::SeriesList& series);
  void add(std::int64_t seq, const codec::JournalBatch& reply, const Part& part);

  SQLite::Database& file_;
  Catalog& catalog_;
  Tail& tail_;
  codec::JournalReader reader_;
  std::vector<codec::JournalBatch> replies_;  // of the row at hand
  struct List {
    codec::SeriesList series;
    Parts parts;
  };
  Parts passing_;  // of a list that is not kept
  std::vector<List> lists_;
  std::unordered_map<codec::SeriesList, std::size_t, codec::SeriesListHash> place_of_;  // there
  std::size_t likely_ = 0;                                                              // place of the next one
};

}  // namespace holdup::store
