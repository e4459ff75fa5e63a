#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

// What chance, age and bad memory do to a store's files: the copy of a healthy one, damaged.
namespace holdup::store::fault {

/// The bytes of a store and of its log.
struct Files {
  std::string name;  // which store this was
  std::vector<std::uint8_t> main, log;

  [[nodiscard]] static Files read(const std::string& name, const std::string& path);
  void write(const std::string& path) const;
};

struct Damage {
  std::string what;     // in words
  bool header = false;  // the first hundred bytes of the file, which say whose it is, are others
  bool bodies = false;  // only the bytes of blocks that carry a checksum are others: all else must be read as before
};

/// Any of: bits flipped, a page zeroed, cut short, pages exchanged, the log cut, spoilt or another store's, garbage in blocks, numbers
/// in rows that nobody would write.
[[nodiscard]] Damage damage(const Files& healthy, const Files& stranger, const std::string& path, std::mt19937_64& random);

}  // namespace holdup::store::fault
