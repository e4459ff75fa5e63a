#include "drivers/snmp/walk.hpp"

#include <algorithm>
#include <map>
#include <set>

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
  if (response.status == ErrorStatus::no_such_name) {  // v1: the column at this index has come to its end
    const auto index = response.error_index;
    if (index < 1 || index > static_cast<std::int64_t>(asked_.size())) return Step::stuck;
    cursors_[asked_[static_cast<std::size_t>(index - 1)]].done = true;
    return Step::advanced;
  }
  if (response.status != ErrorStatus::none) return Step::refused;
  if (response.varbinds.empty() || asked_.empty()) return Step::stuck;
  if (!in_order(response)) return Step::not_increasing;
  for (std::size_t i = 0; i < response.varbinds.size(); ++i) take(cursors_[asked_[i % asked_.size()]], response.varbinds[i], answers);
  return Step::advanced;
}

void Walk::give_up() {
  for (const auto place : asked_) cursors_[place].done = true;
}

// An agent that leaves a value out of a GETBULK's answer shifts all that follow into other columns: before any is taken, each has to lie
// behind the one before it.
bool Walk::in_order(const Response& response) {
  std::vector<Oid> last;
  std::vector<bool> done;
  for (const auto place : asked_) last.push_back(cursors_[place].last), done.push_back(cursors_[place].done);
  for (std::size_t i = 0; i < response.varbinds.size(); ++i) {
    const auto at = i % asked_.size();
    const Varbind& varbind = response.varbinds[i];
    if (done[at]) continue;
    Oid oid = varbind.oid();
    const Oid& column = cursors_[asked_[at]].column;
    done[at] = varbind.value.tag == tag::end_of_mib_view || (!oid.under(column) && (oid > last[at] || asked_.size() == 1));
    if (!done[at] && oid <= last[at]) {
      culprit_ = column;
      return false;
    }
    last[at] = std::move(oid);
  }
  return true;
}

void Walk::take(Cursor& cursor, const Varbind& varbind, Answers& answers) {
  if (cursor.done) return;
  Oid oid = varbind.oid();
  if (varbind.value.tag == tag::end_of_mib_view || !oid.under(cursor.column)) {
    cursor.done = true;
    return;
  }
  answers.put(oid, decode_value(varbind.value));
  cursor.last = std::move(oid);
}

std::vector<Oid> holes(std::span<const Oid> columns, const Answers& answers) {
  using Row = std::vector<std::uint32_t>;
  std::map<Row, std::set<Row>> tables;  // rows by what stands before the columns' own number
  const auto table_of = [](const Oid& column) { return Row{column.parts().begin(), column.parts().end() - 1}; };
  for (const Oid& column : columns)
    for (const Index row : answers.rows(column)) tables[table_of(column)].emplace(row.begin(), row.end());
  std::vector<Oid> out;
  for (const Oid& column : columns) {
    if (answers.rows(column).empty()) continue;
    for (const Row& row : tables[table_of(column)])
      if (Oid cell = column.with(row); answers.find(cell) == nullptr) out.push_back(std::move(cell));
  }
  return out;
}

}  // namespace holdup::snmp
