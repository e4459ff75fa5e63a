#pragma once

#include <string>
#include <vector>

#include "ground/result.hpp"

// A damaged file makes room for a new one and keeps a name that tells whether its events are in the new one yet: until then it is
// PATH.damaged-UTC.unsaved, after that PATH.damaged-UTC, the log always beside it. So a process that ends in between leaves what the next
// one must know. Used by Scribe, which holds the lock.
namespace holdup::store {

/// Renames the file and its log to PATH.damaged-UTC.unsaved; nothing where there is no file.
[[nodiscard]] ground::Result<void> set_aside(const std::string& path);
/// Renames the log where an earlier process ended between its file and it.
[[nodiscard]] ground::Result<void> bring_logs_along(const std::string& path);

/// The files set aside whose events are not all taken over yet, the oldest first.
[[nodiscard]] std::vector<std::string> unsaved_files(const std::string& path);
/// What such a file is called once they are …
[[nodiscard]] std::string saved_name(const std::string& unsaved);
/// … and the renaming.
[[nodiscard]] ground::Result<void> mark_saved(const std::string& unsaved);

}  // namespace holdup::store
