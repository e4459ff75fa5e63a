#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "disk.hpp"

// What would be found on the disk had the power gone at some moment of what a Disk wrote down: what was synced, and of the rest by sectors
// what chance, or the worst case, left of it.
namespace holdup::store::fault {

enum class Remains {
  nothing,  // since the last sync
  everything,
  torn,    // everything in its order, half of the last write
  some,    // any sectors of it
  spoilt,  // as some, and some sectors hold garbage
};

class Platter {
 public:
  /// `chance` decides what a sync that failed has done.
  Platter(std::uint64_t chance, std::int64_t sector) : random_{chance}, sector_{sector} {}

  void apply(const Deed& deed);
  /// As files in this folder, which is empty.
  void lay_out(const std::string& folder, Remains remains);

 private:
  using Bytes = std::vector<std::uint8_t>;
  struct Object {
    Bytes safe;
    std::vector<Deed> since;  // the last sync
  };
  struct Name {
    std::size_t now = 0, before = 0;  // objects; before: what the folder on the disk says
  };

  void sync_folder();
  [[nodiscard]] Bytes left_of(const Object& object, Remains remains);
  void apply_sectors(Bytes& to, const Deed& write, Remains remains);
  [[nodiscard]] bool heads() { return (random_() & 1U) != 0; }

  std::mt19937_64 random_;
  std::int64_t sector_;
  std::map<std::size_t, Object> objects_;
  std::map<std::string, Name> names_;
};

}  // namespace holdup::store::fault
