#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// An SNMP object identifier as a value, ordered as agents order their tables. Profiles, drivers/snmp. Pure.
namespace holdup::profile {

class Oid {
 public:
  Oid() = default;
  explicit Oid(std::vector<std::uint32_t> parts) : parts_{std::move(parts)} {}
  /// "1.3.6.1.2.1.1.1.0", with or without a leading dot; at most 128 parts of 32 bits. Nothing when malformed.
  [[nodiscard]] static std::optional<Oid> parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::span<const std::uint32_t> parts() const { return parts_; }
  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  [[nodiscard]] bool empty() const { return parts_.empty(); }
  /// True when this is `tree` or below it.
  [[nodiscard]] bool under(const Oid& tree) const;
  [[nodiscard]] Oid with(std::span<const std::uint32_t> index) const;
  [[nodiscard]] Oid with(std::uint32_t part) const { return with(std::span{&part, 1}); }
  /// The parts below `tree`; requires under(tree).
  [[nodiscard]] std::span<const std::uint32_t> index_under(const Oid& tree) const;

  auto operator<=>(const Oid&) const = default;

 private:
  std::vector<std::uint32_t> parts_;
};

}  // namespace holdup::profile
