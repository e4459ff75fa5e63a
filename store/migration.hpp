#pragma once

namespace SQLite {
class Database;
}

// Format 1 to format 2. What a start depends on is brought forward in one transaction; the samples (tables batch, shape, member) stay as
// they are and are turned into chunks by Housekeeper, in slices, whenever it is interrupted.
namespace holdup::store {

/// May throw SQLite::Exception; the file is then as it was.
void bring_forward(SQLite::Database& file);
/// Samples of format 1 are still to be turned.
[[nodiscard]] bool has_old_samples(SQLite::Database& file);

}  // namespace holdup::store
