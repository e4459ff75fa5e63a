#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <string>

// Where the differential tests' rules and logs come from: a seed, or the bytes of a fuzzer, after whose end everything is the first of what
// may be chosen, so that what is being written comes to its end.
namespace holdup::differential {

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : chance_{seed}, by_seed_{true} {}
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}

  /// 0 … end - 1
  [[nodiscard]] std::size_t below(std::size_t end) {
    if (by_seed_) return static_cast<std::size_t>(chance_() % end);
    if (bytes_.empty()) return 0;
    std::size_t out = bytes_.front();
    bytes_ = bytes_.subspan(1);
    if (end > 256 && !bytes_.empty()) {
      out = out << 8 | bytes_.front();
      bytes_ = bytes_.subspan(1);
    }
    return out % end;
  }
  /// In so many of a hundred cases.
  [[nodiscard]] bool in_hundred(std::size_t cases) { return below(100) >= 100 - cases; }
  [[nodiscard]] std::string one_of(std::initializer_list<const char*> texts) { return texts.begin()[below(texts.size())]; }

 private:
  std::mt19937_64 chance_;
  std::span<const std::uint8_t> bytes_;
  bool by_seed_ = false;
};

}  // namespace holdup::differential
