#pragma once

#include <string>
#include <vector>

#include "drivers/profile/library.hpp"
#include "drivers/profile/profile.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/snmp/answers.hpp"

// Makes a device's points of its profile and of what it answered. Device does the asking in between. Pure.
namespace holdup::snmp {

/// What has to be asked of an agent before its profile can be expanded.
struct Needs {
  std::vector<Oid> objects;  // scalars, by GET
  std::vector<Oid> columns;  // of tables, by walk
};
[[nodiscard]] Needs needs(const profile::Profile& profile);

/// A point, and the object that it is read from.
struct Measured {
  reading::Point point;
  Oid oid;
  profile::Conversion conversion;
  Oid gate;                           // an object that says whether there is a reading; empty: always
  profile::Condition gate_condition;  // on its value
};

/// True when a gate's answer lets the reading through.
[[nodiscard]] bool lets_through(const profile::Condition& condition, const Value* value);

/// Points of the same metric and labels are alternatives: the first whose object holds a reading now stands, else the first.
[[nodiscard]] std::vector<Measured> expand(const profile::Profile& profile, const Answers& answers);

[[nodiscard]] reading::Identity identity(const profile::Profile& profile, const Answers& answers, const profile::Seen& seen);

}  // namespace holdup::snmp
