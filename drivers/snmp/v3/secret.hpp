#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Bytes that are gone from memory when nobody needs them any more: passphrases and keys. It cannot be copied or printed. Pure.
namespace holdup::v3 {

/// Overwrites the text; the compiler may not leave that out.
inline void wipe(std::string& text) {
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t> bytes) : bytes_{bytes.begin(), bytes.end()} {}
  explicit Secret(std::string text) : bytes_{text.begin(), text.end()} { v3::wipe(text); }
  ~Secret() { wipe(); }
  Secret(Secret&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
  Secret& operator=(Secret&& other) noexcept {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
    return *this;
  }

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  void wipe() {
    if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace holdup::v3
