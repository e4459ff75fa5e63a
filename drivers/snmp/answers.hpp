#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "drivers/snmp/value.hpp"

// What an agent answered while it was identified, by OID in the agents' order. The walk fills it, expand() reads it. Pure.
namespace holdup::snmp {

using Index = std::span<const std::uint32_t>;

class Answers {
 public:
  /// Of a longer text the first 512 bytes are kept: a name has 255 at most (RFC 3411), and thousands of rows are kept at once.
  void put(Oid oid, Value value);
  /// nullptr when it was not asked, or is missing.
  [[nodiscard]] const Value* find(const Oid& oid) const;
  /// The cell of a column: by the row's whole index, else by the index's first parts, fewer and fewer: columns of another table that
  /// describe several rows at once.
  [[nodiscard]] const Value* cell(const Oid& column, Index index) const;
  /// The indices of a column's rows; they live as long as the answers are not changed.
  [[nodiscard]] std::vector<Index> rows(const Oid& column) const;
  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  std::map<Oid, Value> values_;
};

}  // namespace holdup::snmp
