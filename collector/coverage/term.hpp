#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"

// What the time until a loss is seen is made of, and how each part of it is known. Pure.
namespace holdup::coverage {

using ground::Duration;

/// `measured`: seen of the running rack; `data_sheet`: as profile, site file or default say.
enum class Basis : std::uint8_t { measured, data_sheet, unknown };
inline constexpr std::array<std::string_view, 3> basis_names{"measured", "data sheet", "unknown"};
[[nodiscard]] constexpr std::string_view name(Basis basis) { return basis_names[static_cast<std::size_t>(basis)]; }

struct Term {
  std::string_view what;           // "refresh", "poll", "answer", …
  std::optional<Duration> length;  // nothing: unknown
  Basis basis = Basis::unknown;
  std::string why = {};
};

/// The parts that follow each other.
struct Delay {
  std::vector<Term> terms;

  /// Of the parts that are known.
  [[nodiscard]] Duration least() const;
  /// As well known as the least known of its parts.
  [[nodiscard]] Basis basis() const;
  /// Nothing where a part is unknown.
  [[nodiscard]] std::optional<Duration> worst() const;
  [[nodiscard]] bool shorter_than(const Delay& other) const;
  void add(Delay other);
};

}  // namespace holdup::coverage
