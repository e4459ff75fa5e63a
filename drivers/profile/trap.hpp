#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/profile/oid.hpp"
#include "drivers/reading/trap.hpp"
#include "ground/pattern/pattern.hpp"

// Which trap says what: the `traps:` lists of the firmware profiles. A trap is looked up among all profiles by its own OID, whichever of
// them its sender is read through. drivers/snmp and the drill ask it. Pure.
namespace holdup::profile {

/// One value of a notification, told without any MIB.
struct TrapValue {
  Oid name;
  std::string text;                    // as the device said it: "49", a text's bytes
  std::optional<std::int64_t> number;  // of a whole number
  std::optional<Oid> oid;              // of an OID
};

struct TrapCondition {
  Oid varbind;  // the first value whose name is this or below it
  std::vector<std::int64_t> is, is_not;
  std::vector<Oid> is_oid;           // the value is one of these, or below one
  std::vector<std::string> is_text;  // whatever the case
  std::optional<ground::Pattern> matches;
};

/// Where the index of the outlet, inlet, … stands: in a value, or in the parts of a value's name behind `varbind`.
struct TrapIndex {
  Oid varbind;
  enum class From : std::uint8_t { value, name } from = From::value;
  std::uint32_t part = 0;                  // of the name, from 1; 0: all of them, with dots
  std::optional<ground::Pattern> extract;  // what of it counts
};

struct TrapRule {
  Oid trap;
  reading::TrapSays says{};
  std::vector<TrapCondition> when;
  std::string part;
  std::optional<TrapIndex> index;
};

class Library;

class TrapBook {
 public:
  TrapBook() = default;  // knows no trap
  explicit TrapBook(const Library& library);

  /// The first rule of this trap whose conditions hold gives the meaning.
  [[nodiscard]] reading::TrapMessage read(const Oid& trap, std::span<const TrapValue> values) const;
  [[nodiscard]] std::size_t size() const;

 private:
  void add(const TrapRule& rule);

  std::map<Oid, std::vector<TrapRule>> rules_;
};

}  // namespace holdup::profile
