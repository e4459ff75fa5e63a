#include "drivers/profile/trap.hpp"

#include <algorithm>
#include <numeric>

#include "drivers/profile/library.hpp"

namespace holdup::profile {
namespace {

using reading::TrapMessage;

const TrapValue* find(std::span<const TrapValue> values, const Oid& name) {
  const auto at = std::find_if(values.begin(), values.end(), [&](const TrapValue& v) { return v.name.under(name); });
  return at == values.end() ? nullptr : &*at;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool has(const std::vector<std::int64_t>& codes, std::optional<std::int64_t> code) {
  return code && std::find(codes.begin(), codes.end(), *code) != codes.end();
}

bool is_one_of(const TrapCondition& condition, const TrapValue& value) {
  if (has(condition.is, value.number)) return true;
  if (value.oid && std::any_of(condition.is_oid.begin(), condition.is_oid.end(), [&](const Oid& tree) { return value.oid->under(tree); }))
    return true;
  return std::any_of(condition.is_text.begin(), condition.is_text.end(), [&](const auto& text) { return same_word(text, value.text); });
}

bool holds(const TrapCondition& condition, std::span<const TrapValue> values) {
  const TrapValue* value = find(values, condition.varbind);
  if (value == nullptr || has(condition.is_not, value->number)) return false;
  const bool choice = !condition.is.empty() || !condition.is_oid.empty() || !condition.is_text.empty();
  if (choice && !is_one_of(condition, *value)) return false;
  return !condition.matches || condition.matches->found_in(value->text);
}

std::string name_part(const TrapIndex& index, const Oid& name) {
  const auto parts = name.index_under(index.varbind);
  if (index.part == 0) return Oid{{parts.begin(), parts.end()}}.text();
  return index.part <= parts.size() ? std::to_string(parts[index.part - 1]) : std::string{};
}

std::string index_of(const TrapIndex& index, std::span<const TrapValue> values) {
  const TrapValue* value = find(values, index.varbind);
  if (value == nullptr) return {};
  const auto text = index.from == TrapIndex::From::value ? value->text : name_part(index, value->name);
  return index.extract ? index.extract->extract(text).value_or("") : text;
}

}  // namespace

TrapBook::TrapBook(const Library& library) {
  for (const Profile& profile : library.all())
    for (const TrapRule& rule : profile.traps) add(rule);
}

void TrapBook::add(const TrapRule& rule) { rules_[rule.trap].push_back(rule); }

std::size_t TrapBook::size() const {
  return std::accumulate(rules_.begin(), rules_.end(), std::size_t{0}, [](std::size_t n, const auto& r) { return n + r.second.size(); });
}

TrapMessage TrapBook::read(const Oid& trap, std::span<const TrapValue> values) const {
  TrapMessage out{.trap = trap.text(), .says = {}, .part = {}, .index = {}, .varbinds = {}};
  out.varbinds.reserve(values.size());
  for (const TrapValue& value : values) out.varbinds.emplace_back(value.name.text(), value.text);
  const auto known = rules_.find(trap);
  if (known == rules_.end()) return out;
  for (const TrapRule& rule : known->second) {
    if (!std::all_of(rule.when.begin(), rule.when.end(), [&](const TrapCondition& c) { return holds(c, values); })) continue;
    out.says = rule.says;
    out.part = rule.part;
    if (rule.index) out.index = index_of(*rule.index, values);
    break;
  }
  return out;
}

}  // namespace holdup::profile
