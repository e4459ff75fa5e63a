#pragma once

#include <cstdint>
#include <string>

struct sqlite3;

// What SQLite writes to the disk: frames appended to the log, and pages moved from there into the file, each once a checkpoint. Used by
// Ledger, for one connection.
namespace holdup::store {

class Wear {
 public:
  Wear(sqlite3* file, std::string log_path, std::int64_t page_size);

  /// After a commit.
  void note_frames();
  /// After a checkpoint that found `in_log` frames and has moved `moved` of them.
  void note_checkpoint(int in_log, int moved);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  sqlite3* file_;
  std::string log_path_;
  std::int64_t page_size_;
  int moved_ = 0;  // of the log as it is now
  std::uint64_t bytes_ = 0;
};

}  // namespace holdup::store
