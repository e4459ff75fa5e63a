#include "drivers/snmp/answers.hpp"

namespace holdup::snmp {

void Answers::put(Oid oid, Value value) {
  constexpr std::size_t longest = 512;
  if (value.text.size() > longest) value.text = value.text.substr(0, longest);  // a new text, so that the long one's memory goes
  values_.insert_or_assign(std::move(oid), std::move(value));
}

const Value* Answers::find(const Oid& oid) const {
  const auto at = values_.find(oid);
  return at == values_.end() || at->second.kind == Value::Kind::missing ? nullptr : &at->second;
}

const Value* Answers::cell(const Oid& column, Index index) const {
  for (std::size_t parts = index.size(); parts > 0; --parts)
    if (const Value* value = find(column.with(index.first(parts)))) return value;
  return nullptr;
}

std::vector<Index> Answers::rows(const Oid& column) const {
  std::vector<Index> out;
  for (auto at = values_.lower_bound(column); at != values_.end() && at->first.under(column); ++at)
    if (at->first.size() > column.size() && at->second.kind != Value::Kind::missing) out.push_back(at->first.index_under(column));
  return out;
}

}  // namespace holdup::snmp
