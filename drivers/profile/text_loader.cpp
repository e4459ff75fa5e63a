#include "drivers/profile/text_loader.hpp"

#include "drivers/profile/condition_loader.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

void load_registers(Mapping& map, TextSource& source) {
  source.kind = TextSource::Kind::registers;
  const auto address = map.integer("register"), count = map.integer("count"), function = map.integer("function");
  if (!address || *address < 0 || count.value_or(1) > 65536 - *address)
    map.problem("register", "no oid, sys_descr, after or register", "write oid: OID, after: TEXT, or register: 0-65535");
  if (!count || *count < 1 || *count > 125) map.problem("count", "not 1 to 125", "write the number of registers, two characters each");
  if (function && *function != 3 && *function != 4) map.problem("function", "not 3 or 4", "3 reads holding registers, 4 input registers");
  source.address = static_cast<std::uint16_t>(address.value_or(0)), source.count = static_cast<std::uint16_t>(count.value_or(1));
  source.function = static_cast<std::uint8_t>(function.value_or(3));
}

TextSource load_piece(const Node& node, const std::string& path, const FileScope& scope) {
  TextSource source;
  Mapping map{node, path, scope.report};
  if (const auto after = map.text("after")) {
    source.kind = TextSource::Kind::description, source.text = *after;
  } else if (map.has("sys_descr")) {
    source.kind = TextSource::Kind::description, source.extract = load_pattern(map, "sys_descr");
  } else if (map.has("oid")) {
    source.kind = TextSource::Kind::oid;
    source.oid = load_oid(map, "oid", scope), source.by = load_oid(map, "by", scope);
    source.extract = load_pattern(map, "extract");
    source.first = map.flag("first").value_or(false);
    source.where = load_where(map, scope);
    if (!source.first && !source.where.empty()) map.problem("where", "belongs to first: true", "add it, or take where away");
  } else {
    load_registers(map, source);
  }
  map.finish();
  return source;
}

/// "{.2.1.3} of {1}": the OIDs in braces become {@0}, {@1}…
void take_out_cells(TextSource& source, const FileScope& scope) {
  for (auto open = source.text.find('{'); open != std::string::npos; open = source.text.find('{', open + 1)) {
    const auto close = source.text.find('}', open);
    if (close == std::string::npos) return;
    const auto oid = parse_oid(std::string_view{source.text}.substr(open + 1, close - open - 1), scope);
    if (!oid || oid->size() < 3) continue;
    source.text.replace(open + 1, close - open - 1, "@" + std::to_string(source.cells.size()));
    source.cells.push_back(*oid);
  }
}

TextSource load_text(const Node& node, const std::string& path, const FileScope& scope) {
  if (!node.is_scalar()) return load_piece(node, path, scope);
  TextSource source;
  source.text = node.text;
  const auto oid = parse_oid(node.text, scope);
  if (oid && oid->size() >= 3)
    source.kind = TextSource::Kind::oid, source.oid = *oid;
  else
    take_out_cells(source, scope);
  return source;
}

}  // namespace

TextSources load_texts(Mapping& map, std::string_view key, const FileScope& scope) {
  TextSources out;
  const Node* node = map.find(key);
  if (node == nullptr) return out;
  if (!node->is_sequence()) return {load_text(*node, map.path(key), scope)};
  for (const Node& item : node->items) out.push_back(load_text(item, map.path(key), scope));
  return out;
}

}  // namespace holdup::profile
