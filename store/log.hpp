#pragma once

#include "ground/result.hpp"

namespace SQLite {
class Database;
}

// The write-ahead log at the opening of a file, when nothing that an earlier connection or an earlier run did to it is believed.
namespace holdup::store {

/// Before the file is looked at: until rewrite_log() has succeeded this connection's end moves nothing from the log into the file.
void distrust_log(SQLite::Database& file);
/// What the log holds is written and synced anew, then moved into the file, which is synced too; the log is empty after that.
/// machine: the disk refuses, or a reader holds the log.
[[nodiscard]] ground::Result<void> rewrite_log(SQLite::Database& file);

}  // namespace holdup::store
