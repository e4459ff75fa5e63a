#pragma once

#include <string>
#include <string_view>

#include "drivers/profile/profile.hpp"
#include "drivers/snmp/answers.hpp"

// One row of an agent's table, or the agent's scalars: the texts, conditions and scales that a profile takes from it. expand() uses it.
// Pure.
namespace holdup::snmp {

struct Row {
  const Answers& answers;
  Index index;                     // empty for scalars
  const std::string& description;  // sysDescr
  std::string_view label = {};     // the row's index as it is labelled

  /// The object, or the row's cell of the column; nullptr when there is none.
  [[nodiscard]] const Value* cell(const Oid& oid) const;
  [[nodiscard]] std::string text(const profile::TextSources& sources) const;
  [[nodiscard]] bool holds(const std::vector<profile::Condition>& conditions) const;
  /// Takes in what the device says of the value's scale; false when that is nothing known.
  [[nodiscard]] bool scale(const profile::Scaling& scaling, profile::Conversion& conversion) const;

 private:
  [[nodiscard]] std::string text(const profile::TextSource& source) const;
  [[nodiscard]] const Value* place(const profile::TextSource& source) const;
  [[nodiscard]] std::string filled(const profile::TextSource& source) const;
  [[nodiscard]] std::string piece(std::string_view word, const profile::TextSource& source) const;
  [[nodiscard]] bool holds(const profile::Condition& condition) const;
};

/// True when the condition lets the value through; nullptr: the device has none.
[[nodiscard]] bool lets_through(const profile::Condition& condition, const Value* value);

/// A device's text for people and labels: control characters, quotes and blanks around it gone.
[[nodiscard]] std::string tidy(std::string_view text);

}  // namespace holdup::snmp
