#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "store/reader.hpp"

// The store as forwarding sees it: what was recorded, in order of recording, and a place for cursors. Belongs to the forward thread.
namespace holdup::forward {

class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual ground::Result<std::int64_t> last_recorded() = 0;
  [[nodiscard]] virtual ground::Result<store::Slice> recorded(std::int64_t after_seq, std::size_t samples) = 0;
  [[nodiscard]] virtual ground::Result<record::Series> series_at(std::int64_t row) = 0;
  /// The newest point of each series shortly before this was recorded.
  struct Lasting {
    std::int64_t row = 0;
    store::Point point;
  };
  [[nodiscard]] virtual ground::Result<std::vector<Lasting>> lasting(std::int64_t seq) = 0;
  /// As it is on the disk.
  [[nodiscard]] virtual ground::Result<std::optional<std::int64_t>> cursor(const std::string& name) = 0;
  /// On the disk within the second.
  virtual void keep(const std::string& name, std::int64_t position) = 0;
  /// Another number: another file stands in the place of the one before, with rows and seqs of its own.
  [[nodiscard]] virtual std::uint64_t file() = 0;
};

}  // namespace holdup::forward
