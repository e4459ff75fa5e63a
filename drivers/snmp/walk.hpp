#pragma once

#include <span>
#include <vector>

#include "drivers/snmp/answers.hpp"
#include "drivers/snmp/message.hpp"

// The decisions of a walk over several columns at once: where each stands, and what a reply means for it. Agent does the asking. Pure.
namespace holdup::snmp {

class Walk {
 public:
  explicit Walk(std::vector<Oid> columns);

  /// The names to ask after, of at most `width` columns that are not at their end.
  [[nodiscard]] const std::vector<Oid>& names(std::size_t width);
  [[nodiscard]] bool done() const;

  enum class Step { advanced, stuck, not_increasing, refused };
  /// Takes in the reply to the last names(); its values go to `answers`. Of a reply that is not in order none does.
  Step take(const Response& response, Answers& answers);
  /// Leaves the columns that were asked last as they are: the agent fails on what comes next in them.
  void give_up();
  /// The column that did not advance.
  [[nodiscard]] const Oid& culprit() const { return culprit_; }

 private:
  struct Cursor {
    Oid column, last;
    bool done = false;
  };
  [[nodiscard]] bool in_order(const Response& response);
  void take(Cursor& cursor, const Varbind& varbind, Answers& answers);

  std::vector<Cursor> cursors_;
  std::vector<std::size_t> asked_;
  std::vector<Oid> names_;
  Oid culprit_;
};

/// Cells that a column with other rows lacks although a column beside it, of the same table, has the row.
[[nodiscard]] std::vector<Oid> holes(std::span<const Oid> columns, const Answers& answers);

}  // namespace holdup::snmp
