#include "drivers/profile/text_loader.hpp"

#include "drivers/profile/condition_loader.hpp"
#include "drivers/profile/register_loader.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

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
    source = load_register_text(map);
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

Plate load_plate(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Plate plate{.part = map.required_text("part"),
              .index = load_texts(map, "index", scope),
              .serial = load_texts(map, "serial", scope),
              .model = load_texts(map, "model", scope),
              .firmware = load_texts(map, "firmware", scope),
              .where = load_where(map, scope)};
  if (plate.serial.empty()) map.problem("serial", "no serial", "write where the part's serial number stands");
  if (scope.typed && !plate.where.empty()) map.problem("where", "of registers", "take it away: what is not answered is left out");
  map.finish();
  return plate;
}

}  // namespace holdup::profile
