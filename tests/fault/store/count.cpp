#include "count.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>

namespace holdup::store::fault {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t share = 8;
#else
constexpr std::uint64_t share = 1;
#endif

std::optional<std::uint64_t> wanted(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

std::uint64_t count_of(const char* variable, std::uint64_t usual) { return wanted(variable).value_or((usual + share - 1) / share); }

std::uint64_t stride(std::uint64_t usual) { return std::max<std::uint64_t>(1, wanted("HOLDUP_FAULT_STRIDE").value_or(usual * share)); }

std::uint64_t seed() {
  const auto out = wanted("HOLDUP_FAULT_SEED").value_or(std::random_device{}());
  std::printf("seed %llu\n", static_cast<unsigned long long>(out));
  return out;
}

}  // namespace holdup::store::fault
