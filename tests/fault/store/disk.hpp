#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A disk that fails when it is told to: an SQLite VFS over the real one, which all of this process uses once it is installed. It can also
// write down what was done to the files, for Platter to say what a loss of power would have left. Syncs are only written down.
namespace holdup::store::fault {

enum Operation : unsigned {
  op_open = 1U,
  op_read = 2U,
  op_write = 4U,
  op_sync = 8U,
  op_truncate = 16U,
  op_remove = 32U,
  op_access = 64U,
  op_size = 128U,
  op_lock = 256U,
  op_map = 512U,  // of the index of the log
  op_any = 1023U,
};

inline constexpr std::uint64_t for_ever = UINT64_MAX;

struct Fault {
  unsigned operations = op_any;
  std::uint64_t nth = 1;    // of these, from now
  std::uint64_t times = 1;  // it, and those that follow
  bool full = false;        // writes fail for want of space, not of health
};

/// One thing that was done to a file.
struct Deed {
  enum class Kind { create, write, truncate, sync, failed_sync, remove, mark } kind;
  std::size_t object = 0;  // a file from its creation to its removal
  std::string name;        // without its folder
  std::int64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};

class Disk {
 public:
  /// The one of this process; made the default VFS by the first call.
  static Disk& installed();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  void fail(const Fault& fault);
  void heal();
  /// Of the fault's operations, since fail(); and whether one failed.
  [[nodiscard]] std::uint64_t operations() const;
  [[nodiscard]] bool has_failed() const;
  /// All files together may have so many bytes; 0: no bound.
  void limit(std::uint64_t bytes);
  /// Remounted: what is open cannot be written, what is opened can only be read.
  void set_read_only(bool is);

  void start_writing_down();
  /// An entry among the deeds: at this moment the host was told something.
  void mark();
  [[nodiscard]] std::vector<Deed> stop_writing_down();

  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  Disk();
  ~Disk() = delete;  // SQLite keeps it
  std::unique_ptr<State> state_;
};

}  // namespace holdup::store::fault
