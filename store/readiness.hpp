#pragma once

#include "ground/result.hpp"
#include "store/log.hpp"

namespace SQLite {
class Database;
}

// From an open file to one that may be written: whose it is, its pragmas, its tables, an older format brought forward, the log of an
// earlier life rewritten, the events checked. Used by Ledger. May throw SQLite::Exception.
namespace holdup::store {

[[nodiscard]] ground::Result<void> make_ready(SQLite::Database& file, Log log);

}  // namespace holdup::store
