#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/result.hpp"

// Who may begin and end hands-off: a file of names with the SHA-256 of each one's token. Used by the daemon and by `check`.
namespace holdup::control {

class Tokens {
 public:
  /// Lines "NAME HEX", # begins a comment. Refused: others may read the file, fewer than two names, a name or a token twice, a line that is
  /// neither.
  [[nodiscard]] static ground::Result<Tokens> read(const std::string& path);
  [[nodiscard]] static ground::Result<Tokens> parse(std::string_view text);

  /// Whose it is; "" when nobody's.
  [[nodiscard]] std::string name_of(std::string_view token) const;

 private:
  struct Entry {
    std::string name, digest;  // 64 lower-case hex digits
  };
  std::vector<Entry> entries_;
};

/// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace holdup::control
