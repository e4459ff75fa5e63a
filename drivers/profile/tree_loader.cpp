#include "drivers/profile/tree_loader.hpp"

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
  Mapping named{*node, map.path("units"), scope.report};
  for (const auto& entry : node->entries) {
    const Node* factors = named.find(entry.key);
    static const Node empty{.kind = Node::Kind::map};
    Mapping factor{factors != nullptr ? *factors : empty, named.path(entry.key), scope.report};
    UnitFactor unit{.unit = entry.key,
                    .multiply = factor.number("multiply").value_or(1),
                    .divide = factor.number("divide").value_or(1),
                    .offset = factor.number("offset").value_or(0)};
    if (unit.divide == 0) factor.problem("divide", "a division by 0", "write the divisor"), unit.divide = 1;
    factor.finish();
    out.push_back(std::move(unit));
  }
  named.finish();
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

}  // namespace holdup::profile
