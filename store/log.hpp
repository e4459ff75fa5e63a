#pragma once

#include "ground/result.hpp"

namespace SQLite {
class Database;
}

// The write-ahead log at the opening of a file, when nothing that an earlier connection or an earlier run did to it is believed.
namespace holdup::store {

/// Before the file is looked at: until empty_log() has succeeded this connection's end moves nothing from the log into the file.
void distrust_log(SQLite::Database& file);

/// in_doubt: since the machine started a commit or sync has failed, so that the log may lie on the disk otherwise than it looks.
enum class Log { believed, in_doubt };
/// What the log holds is moved into the file, which is synced, as far as no reader holds it; in doubt it is first written and synced anew.
/// machine: the disk refuses.
[[nodiscard]] ground::Result<void> empty_log(SQLite::Database& file, Log log);

}  // namespace holdup::store
