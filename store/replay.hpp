#pragma once

#include <cstdint>

namespace SQLite {
class Database;
}

// At opening: the tail as the journal holds it.
namespace holdup::store {

class Housekeeper;
class Sorter;

/// Returns the seq of the newest journal row there ever was. Rows that do not read go from the file and are noted as lost. May throw
/// SQLite::Exception.
[[nodiscard]] std::int64_t replay(SQLite::Database& file, Sorter& sorter, Housekeeper& keeper);

}  // namespace holdup::store
