#include "drivers/profile/tree_loader.hpp"

#include <array>

#include "drivers/profile/condition_loader.hpp"
#include "drivers/profile/text_loader.hpp"
#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

std::vector<UnitFactor> load_units(Mapping& map, const FileScope& scope) {
  std::vector<UnitFactor> out;
  const Node* node = map.find("units");
  if (node == nullptr) return out;
  Mapping units{*node, map.path("units"), scope.report};
  for (const auto& entry : node->entries) {
    const Node* factors = units.find(entry.key);
    static const Node empty{.kind = Node::Kind::map};
    Mapping factor{factors != nullptr ? *factors : empty, units.path(entry.key), scope.report};
    UnitFactor unit{.unit = entry.key,
                    .multiply = factor.number("multiply").value_or(1),
                    .divide = factor.number("divide").value_or(1),
                    .offset = factor.number("offset").value_or(0)};
    if (unit.divide == 0) factor.problem("divide", "a division by 0", "write the divisor"), unit.divide = 1;
    factor.finish();
    out.push_back(std::move(unit));
  }
  units.finish();
  return out;
}

Scaling load_scaling(Mapping& map, const FileScope& scope) {
  Scaling scaling;
  scaling.digits = load_oid(map, "digits", scope);
  scaling.exponent = load_oid(map, "exponent", scope);
  scaling.scale = load_oid(map, "scale", scope);
  scaling.times = load_oid(map, "times", scope);
  scaling.unit = load_oid(map, "unit", scope);
  scaling.units = load_units(map, scope);
  if (scaling.unit.empty() != scaling.units.empty()) map.problem("units", "unit and units belong together", "write both or none");
  return scaling;
}

Column load_column(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Column column;
  column.oid = load_oid(map, "column", scope);
  if (column.oid.empty()) map.problem("column", "no column", "write the column's OID");
  column.rule = load_rule(map, scope);
  column.name = load_texts(map, "name", scope);
  column.where = load_where(map, scope);
  column.scaling = load_scaling(map, scope);
  map.finish();
  return column;
}

constexpr std::array<std::string_view, 8> register_types{"u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"};
constexpr std::array<std::string_view, 2> word_orders{"big", "little"};

Register load_register_place(Mapping& map) {
  Register out;
  const auto address = map.integer("address"), function = map.integer("function");
  if (!address || *address < 0 || *address > 65535)
    map.problem("address", "not 0 to 65535", "write the 0-based address, as in the request");
  if (function && (*function < 1 || *function > 4))
    map.problem("function", "not 1 to 4", "1 coils, 2 discrete inputs, 3 holding, 4 input registers");
  out.address = static_cast<std::uint16_t>(address.value_or(0));
  out.function = static_cast<std::uint8_t>(function.value_or(3));
  if (const auto type = map.word("type", register_types)) out.type = static_cast<RegisterType>(*type);
  if (const auto words = map.word("words", word_orders)) out.words = static_cast<WordOrder>(*words);
  if (out.address + width(out.type) > 65536)
    map.problem("address", "the value ends beyond 65535", "write the address of its first register");
  if (out.function <= 2 && out.type != RegisterType::u16) map.problem("type", "a coil or discrete input is one bit", "leave type out");
  return out;
}

void load_register_rule(Mapping& map, const FileScope& scope, Register& out) {
  out.rule = load_rule(map, scope);
  out.index = map.text("index").value_or("");
  out.name = map.text("name").value_or("");
}

}  // namespace

Scalar load_scalar(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Scalar scalar;
  scalar.oid = load_oid(map, "oid", scope);
  if (scalar.oid.empty()) map.problem("oid", "no OID", "write the object's OID with its .0");
  scalar.rule = load_rule(map, scope);
  scalar.scaling = load_scaling(map, scope);
  scalar.index = load_texts(map, "index", scope);
  scalar.name = load_texts(map, "name", scope);
  map.finish();
  return scalar;
}

Table load_table(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Table table;
  const auto part = map.text("part").value_or("");
  table.where = load_where(map, scope);
  table.index = load_texts(map, "index", scope);
  table.name = load_texts(map, "name", scope);
  if (const Node* available = map.find("available")) {
    table.available = load_condition(*available, map.path("available"), scope);
    if (table.available->column.empty()) map.problem("available", "no column", "write column: OID and is: [codes]");
  }
  table.unit = load_texts(map, "unit", scope);
  const Node* columns = map.find("columns");
  if (columns == nullptr || !columns->is_sequence()) {
    map.problem("columns", "no columns", "list them, each with '- column:'");
  } else {
    for (const Node& item : columns->items) table.columns.push_back(load_column(item, map.path("columns"), scope));
  }
  for (Column& column : table.columns)
    if (column.rule.part.empty()) column.rule.part = part;
  map.finish();
  return table;
}

void load_register(const Node& node, const std::string& path, const FileScope& scope, std::vector<Register>& out) {
  Mapping map{node, path, scope.report};
  const Register place = load_register_place(map);
  if (const Node* bits = map.find("bits")) {
    if (!bits->is_sequence()) map.problem("bits", "not a list", "begin each bit with '- bit:'");
    for (const Node& item : bits->items) {
      Mapping bit{item, map.path("bits"), scope.report};
      if (!bit.has("bit")) bit.problem({}, "which bit?", "add bit: 0 for the least significant");
      load_register_rule(bit, scope, out.emplace_back(place));
      bit.finish();
    }
  } else {
    load_register_rule(map, scope, out.emplace_back(place));
  }
  map.finish();
}

RegisterSign load_register_sign(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  RegisterSign sign;
  const auto address = map.integer("register"), count = map.integer("count"), function = map.integer("function");
  sign.contains = map.text("contains").value_or("");
  sign.is = load_codes(map, "is");
  if (sign.contains.empty() == sign.is.empty()) map.problem({}, "tells nothing, or two things", "add contains: TEXT, or is: [numbers]");
  const std::int64_t most = sign.is.empty() ? 125 : 2;
  if (count && (*count < 1 || *count > most)) map.problem("count", "not 1 to " + std::to_string(most), "write the number of registers");
  if (!address || *address < 0 || count.value_or(1) > 65536 - *address)
    map.problem("register", "not 0 to 65535", "write the 0-based address, as in the request");
  if (function && *function != 3 && *function != 4) map.problem("function", "not 3 or 4", "3 reads holding registers, 4 input registers");
  sign.address = static_cast<std::uint16_t>(address.value_or(0));
  sign.count = static_cast<std::uint16_t>(count.value_or(1));
  sign.function = static_cast<std::uint8_t>(function.value_or(3));
  map.finish();
  return sign;
}

}  // namespace holdup::profile
