#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ground/result.hpp"

// A copy of a store file in slices, beside a running daemon: one state of it, however long that takes. The copy has its name only when it
// is whole and on the disk. Used by the verb `db backup`.
namespace holdup::store {

class Backup {
 public:
  /// refused: `from` is no store of ours, or `to` is there already; machine: `to` cannot be written.
  [[nodiscard]] static ground::Result<Backup> begin(const std::string& from, const std::string& to);
  Backup(Backup&&) noexcept;
  /// What is not finished is removed.
  ~Backup();

  /// A slice of some pages, synced; false when all are copied.
  [[nodiscard]] ground::Result<bool> step();
  [[nodiscard]] std::size_t pages() const;
  [[nodiscard]] std::size_t pages_left() const;
  /// Where the copy lies until it is finished, to be verified there.
  [[nodiscard]] const std::string& part() const;
  /// Gives it its name.
  [[nodiscard]] ground::Result<void> finish();

 private:
  struct Copy;
  explicit Backup(std::unique_ptr<Copy> copy);
  std::unique_ptr<Copy> copy_;
};

}  // namespace holdup::store
