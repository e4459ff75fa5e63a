#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/profile/library.hpp"
#include "drivers/profile/profile.hpp"
#include "drivers/reading/nameplate.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"
#include "drivers/snmp/answers.hpp"

// Makes a device's points of its profiles and of what it answered. Device does the asking in between. Pure.
namespace holdup::snmp {

using Profiles = std::span<const profile::Profile* const>;

/// What has to be asked of an agent before its profiles can be expanded.
struct Needs {
  std::vector<Oid> objects;  // scalars, by GET
  std::vector<Oid> columns;  // of tables, by walk
  std::vector<Oid> beside;   // columns whose walk would end in an object that is cleared by being read: by GET, row by row
  std::vector<Oid> left;     // objects and columns that are not asked, because reading clears them
};
[[nodiscard]] Needs needs(Profiles profiles, profile::Clearing clearing = profile::Clearing::refused);
/// … only to know who it and its parts are.
[[nodiscard]] Needs nameplate_needs(Profiles profiles, profile::Clearing clearing);
/// How many values that was.
[[nodiscard]] std::size_t cells_of(const Needs& needs, const Answers& answers);
/// The cells of the columns that no walk may run through, in the rows of what was walked beside them.
[[nodiscard]] std::vector<Oid> cells_beside(std::span<const Oid> columns, const Answers& answers);
/// What a profile's identity is made of.
[[nodiscard]] Needs identity_needs(const profile::Profile& profile);

/// A point, and the object that it is read from.
struct Measured {
  reading::Point point;
  Oid oid;
  profile::Conversion conversion;
  Oid gate;                           // an object that says whether there is a reading; empty: always
  profile::Condition gate_condition;  // on its value
};

/// The raw number that a value holds: a number, a text's, or the bits of a BITS value (bit 0, its first, counts 1).
[[nodiscard]] std::optional<double> raw_number(const Value& value, const profile::Conversion& conversion);
/// Value and quality of what stands at the point's object; nullptr: the device has none. Point and times are the caller's.
[[nodiscard]] reading::Reading take_reading(const Measured& measured, const Value* value);
/// "Not available" beats the number beside it: many agents leave 0 there.
void apply_gate(const Measured& measured, const Value* gate, reading::Reading& reading);

enum class Spares { dropped, kept };

/// An object that one profile reads is left to it by the later ones. Points of the same metric and labels are alternatives: the first
/// whose object holds a reading now stands, else the first; others that hold one are spare, and come last.
[[nodiscard]] std::vector<Measured> expand(Profiles profiles, const Answers& answers, Spares spares);

/// From the first profile that knows each text.
[[nodiscard]] reading::Identity identity(Profiles profiles, const Answers& answers, const profile::Seen& seen);

/// Parts that tell a serial number, each by the first profile that knows it.
[[nodiscard]] std::vector<reading::Nameplate> nameplates(Profiles profiles, const Answers& answers, const profile::Seen& seen);

}  // namespace holdup::snmp
