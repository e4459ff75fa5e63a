#pragma once

namespace SQLite {
class Database;
}

// From older formats to this one. Of format 1, what a start depends on is brought forward in one transaction; the samples (tables batch,
// shape, member) stay as they are and are turned into chunks by Housekeeper, in slices, whenever it is interrupted.
namespace holdup::store {

/// May throw SQLite::Exception; the file is then as it was.
void bring_forward(SQLite::Database& file);
/// Samples of format 1 are still to be turned.
[[nodiscard]] bool has_old_samples(SQLite::Database& file);
/// Its tables are those of format 2, and of all formats since.
[[nodiscard]] bool has_format_2_tables(SQLite::Database& file);

}  // namespace holdup::store
