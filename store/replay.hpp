#pragma once

#include <cstdint>

namespace SQLite {
class Database;
}

// At opening: the tail as the journal holds it.
namespace holdup::store {

class Catalog;
class Housekeeper;
class Tail;

/// Returns the seq of the newest journal row there ever was. Rows that do not read go from the file and are noted as lost. May throw
/// SQLite::Exception.
[[nodiscard]] std::int64_t replay(SQLite::Database& file, Catalog& catalog, Tail& tail, Housekeeper& keeper);

}  // namespace holdup::store
