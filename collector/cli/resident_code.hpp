#pragma once

#include <cstdint>
#include <string>

// What a loss runs through may not have run for months, and the disk it would be read from may be losing its power, too.
namespace holdup::cli {

struct ResidentCode {
  std::uint64_t bytes = 0;  // code and constants of the program and its libraries, read in
  std::string loose;        // why they are not locked into memory; empty: they are
};

/// Reads in what the process has mapped of files to execute and to read, and locks it. Without the right to lock as much (LimitMEMLOCK) it
/// is read in all the same.
[[nodiscard]] ResidentCode keep_code_resident();

}  // namespace holdup::cli
