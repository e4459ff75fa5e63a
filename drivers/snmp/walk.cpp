#include "drivers/snmp/walk.hpp"

#include <algorithm>

namespace holdup::snmp {

Walk::Walk(std::vector<Oid> columns) {
  for (Oid& column : columns) cursors_.push_back({.column = column, .last = column});
}

const std::vector<Oid>& Walk::names(std::size_t width) {
  asked_.clear();
  names_.clear();
  for (std::size_t i = 0; i < cursors_.size() && asked_.size() < width; ++i) {
    if (cursors_[i].done) continue;
    asked_.push_back(i);
    names_.push_back(cursors_[i].last);
  }
  return names_;
}

bool Walk::done() const {
  return std::all_of(cursors_.begin(), cursors_.end(), [](const Cursor& c) { return c.done; });
}

Walk::Step Walk::take(const Response& response, Answers& answers) {
  if (response.status != ErrorStatus::none) {  // v1: noSuchName says that the column at this index has come to its end
    const auto index = response.error_index;
    if (index < 1 || index > static_cast<std::int64_t>(asked_.size())) return Step::stuck;
    cursors_[asked_[static_cast<std::size_t>(index - 1)]].done = true;
    return Step::advanced;
  }
  Step whole = Step::stuck;
  for (std::size_t i = 0; i < response.varbinds.size() && !asked_.empty(); ++i) {
    Cursor& cursor = cursors_[asked_[i % asked_.size()]];
    if (cursor.done) continue;
    whole = take(cursor, response.varbinds[i], answers);
    if (whole == Step::not_increasing) return whole;
  }
  return whole;
}

Walk::Step Walk::take(Cursor& cursor, const Varbind& varbind, Answers& answers) {
  Oid oid = varbind.oid();
  if (varbind.value.tag == tag::end_of_mib_view || !oid.under(cursor.column)) {
    cursor.done = true;
    return Step::advanced;
  }
  if (oid <= cursor.last) {
    culprit_ = cursor.column;
    return Step::not_increasing;
  }
  answers.put(oid, decode_value(varbind.value));
  cursor.last = std::move(oid);
  return Step::advanced;
}

}  // namespace holdup::snmp
