#include "drivers/profile/register_loader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

constexpr std::array<std::string_view, 12> register_types{"u16", "s16", "u32",   "s32",   "u64",   "s64",
                                                          "f32", "f64", "bcd16", "bcd32", "bcd64", "string"};
constexpr std::array<std::string_view, 2> orders{"big", "little"};
constexpr std::array<std::string_view, 7> identification_objects{"vendor",       "product_code", "revision",        "url",
                                                                 "product_name", "model_name",   "application_name"};
constexpr std::array<std::string_view, 3> text_forms{"text", "number", "hex"};
constexpr std::int64_t most_registers = 125;
constexpr std::uint8_t identification = 0x2B;

/// Where an entry's addresses count from, and up to where they may.
struct Place {
  std::string_view key;
  std::int64_t end;
};
constexpr Place by_address{"address", 65536}, in_model{"at", 65536};

/// The number by which a type says that there is nothing: SunSpec Information Model Specification, table of types.
std::optional<double> not_there(RegisterType type) {
  switch (type) {
    case RegisterType::u16:
    case RegisterType::bcd16:
      return 65535;
    case RegisterType::s16:
      return -32768;
    case RegisterType::u32:
    case RegisterType::bcd32:
      return 4294967295.0;
    case RegisterType::s32:
      return -2147483648.0;
    case RegisterType::u64:
      return std::ldexp(1, 64);
    case RegisterType::s64:
      return -std::ldexp(1, 63);
    default:
      return std::nullopt;  // of f32 and f64 it is NaN, of a text its emptiness
  }
}

ByteOrder load_bytes(Mapping& map) {
  const auto order = map.word("bytes", orders);
  return order ? static_cast<ByteOrder>(*order) : ByteOrder::big;
}

std::optional<std::uint16_t> load_address(Mapping& map, std::string_view key) {
  const auto address = map.integer(key);
  if (!address) return std::nullopt;
  if (*address < 0 || *address > 65535) map.problem(key, "not 0 to 65535", "write the 0-based address, as in the request");
  return static_cast<std::uint16_t>(*address);
}

std::uint8_t load_table(Mapping& map) {
  const auto function = map.integer("function");
  if (function && *function != 3 && *function != 4) map.problem("function", "not 3 or 4", "3 reads holding registers, 4 input registers");
  return static_cast<std::uint8_t>(function.value_or(3));
}

std::optional<std::uint16_t> load_object(Mapping& map) {
  const auto object = map.word("identification", identification_objects);
  return object ? std::optional{static_cast<std::uint16_t>(*object)} : std::nullopt;
}

std::uint16_t load_count(Mapping& map, std::int64_t most) {
  const auto count = map.integer("count");
  if (count && (*count < 1 || *count > most)) map.problem("count", "not 1 to " + std::to_string(most), "write the number of registers");
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(count.value_or(1), 1, most));
}

std::vector<RegisterCondition> load_conditions(Mapping& map, const FileScope& scope) {
  std::vector<RegisterCondition> out;
  const Node* node = map.find("where");
  if (node == nullptr) return out;
  if (!node->is_sequence()) return map.problem("where", "not a list", "begin each condition with '- register:'"), out;
  for (const Node& item : node->items) {
    Mapping one{item, map.path("where"), scope.report};
    RegisterCondition& condition = out.emplace_back();
    condition.function = load_table(one);
    const auto address = load_address(one, "register");
    if (!address) one.problem("register", "which register?", "write register: its 0-based address");
    condition.address = address.value_or(0);
    condition.is = load_codes(one, "is"), condition.is_not = load_codes(one, "is_not");
    if (const auto bit = one.integer("bit")) {
      if (*bit < 0 || *bit > 15) one.problem("bit", "not 0 to 15", "count from the least significant bit");
      condition.mask = static_cast<std::uint16_t>(1u << (*bit & 15));
      if (condition.is.empty() && condition.is_not.empty()) condition.is_not = {0};
    }
    if (condition.is.empty() && condition.is_not.empty()) one.problem({}, "holds nothing back", "add is, is_not or bit");
    one.finish();
  }
  return out;
}

void load_type(Mapping& map, Register& out) {
  if (const auto type = map.word("type", register_types)) out.type = static_cast<RegisterType>(*type);
  if (const auto words = map.word("words", orders)) out.words = static_cast<WordOrder>(*words);
  out.bytes = load_bytes(map);
  const bool counted = map.has("count"), text = out.type == RegisterType::string;
  if (counted != text) map.problem("count", text ? "how many registers?" : "the type says how many registers", "count belongs to string");
  if (counted) out.count = load_count(map, most_registers);
  if (out.function <= 2 && out.type != RegisterType::u16) map.problem("type", "a coil or discrete input is one bit", "leave type out");
}

Register load_place(Mapping& map, const FileScope& scope, const Place& place) {
  Register out;
  const auto address = load_address(map, place.key);
  if (!address) map.problem(place.key, "which register?", "write the 0-based address, as in the request");
  const auto function = map.integer("function");
  if (function && (*function < 1 || *function > 4))
    map.problem("function", "not 1 to 4", "1 coils, 2 discrete inputs, 3 holding, 4 input registers");
  out.address = address.value_or(0);
  out.function = static_cast<std::uint8_t>(function.value_or(3));
  load_type(map, out);
  out.exponent = load_address(map, "exponent");
  out.where = load_conditions(map, scope);
  if (out.address + width(out) > place.end)
    map.problem(place.key, "the value ends beyond 65535", "write the address of its first register");
  return out;
}

/// The word `type` among the sentinels, of the file or of the entry.
bool of_type(Mapping& map, const FileScope& scope) {
  std::vector<double> ignored;
  return scope.type_sentinel || load_sentinels(map, scope, ignored);
}

void load_register_rule(Mapping& map, const FileScope& scope, bool by_type, Register& out) {
  const bool own = of_type(map, scope);
  out.rule = load_rule(map, scope);
  if (by_type || own)
    if (const auto number = not_there(out.type)) out.rule.conversion.sentinels.push_back(*number);
  out.index = map.text("index").value_or("");
  out.name = map.text("name").value_or("");
}

std::string with_number(std::string text, std::int64_t number) {
  for (auto at = text.find("{n}"); at != std::string::npos; at = text.find("{n}")) text.replace(at, 3, std::to_string(number));
  return text;
}

/// `repeat: 8, step: 2, first: 0`: the entry eight times, each two registers further on; {n} in index and name counts from `first`.
void load_repetition(Mapping& map, std::vector<Register>& out, std::size_t begin) {
  const auto repeat = map.integer("repeat"), step = map.integer("step"), first = map.integer("first");
  if (!repeat) {
    if (step || first) map.problem("repeat", "step and first belong to repeat", "add repeat: how often");
    return;
  }
  const std::vector<Register> one{out.begin() + static_cast<std::ptrdiff_t>(begin), out.end()};
  if (*repeat < 1 || *repeat > 1000) return map.problem("repeat", "not 1 to 1000", "write how often");
  if (!step || *step < 1 || *step > 1000) return map.problem("step", "not 1 to 1000", "write how many registers lie between two");
  out.resize(begin);
  for (std::int64_t i = 0; i < *repeat; ++i) {
    for (Register field : one) {
      const std::int64_t shift = i * *step;
      if (field.address + shift + width(field) > 65536) return map.problem("repeat", "the last one ends beyond 65535");
      field.address = static_cast<std::uint16_t>(field.address + shift);
      if (field.exponent) field.exponent = static_cast<std::uint16_t>(*field.exponent + shift);
      for (auto& condition : field.where) condition.address = static_cast<std::uint16_t>(condition.address + shift);
      field.index = with_number(std::move(field.index), first.value_or(1) + i);
      field.name = with_number(std::move(field.name), first.value_or(1) + i);
      out.push_back(std::move(field));
    }
  }
}

void load_entry(const Node& node, const std::string& path, const FileScope& scope, const Place& place, std::vector<Register>& out) {
  Mapping map{node, path, scope.report};
  const std::size_t begin = out.size();
  const Register at = load_place(map, scope, place);
  if (const Node* bits = map.find("bits")) {
    const bool by_type = of_type(map, scope);
    if (!bits->is_sequence()) map.problem("bits", "not a list", "begin each bit with '- bit:'");
    for (const Node& item : bits->items) {
      Mapping bit{item, map.path("bits"), scope.report};
      if (!bit.has("bit")) bit.problem({}, "which bit?", "add bit: 0 for the least significant");
      load_register_rule(bit, scope, by_type, out.emplace_back(at));
      bit.finish();
    }
  } else {
    load_register_rule(map, scope, false, out.emplace_back(at));
  }
  load_repetition(map, out, begin);
  map.finish();
}

void load_points(Mapping& map, std::string_view key, const FileScope& scope, std::vector<Register>& out) {
  const Node* node = map.find(key);
  if (node == nullptr) return;
  if (!node->is_sequence()) return map.problem(key, "not a list", "begin each entry with '- at:'");
  for (const Node& item : node->items) load_entry(item, map.path(key), scope, in_model, out);
}

}  // namespace

void load_register(const Node& node, const std::string& path, const FileScope& scope, std::vector<Register>& out) {
  load_entry(node, path, scope, by_address, out);
}

ModelTable load_model(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  ModelTable table;
  for (const std::int64_t id : load_codes(map, "model"))
    if (id < 1 || id > 65534)
      map.problem("model", "not 1 to 65534", "write the model's number");
    else
      table.models.push_back(static_cast<std::uint16_t>(id));
  if (table.models.empty()) map.problem("model", "which model?", "write its number, or a list of numbers");
  load_points(map, "points", scope, table.points);
  if (const Node* repeated = map.find("repeats")) {
    Mapping group{*repeated, map.path("repeats"), scope.report};
    table.from = load_address(group, "at").value_or(0);
    table.every = load_address(group, "every").value_or(0);
    if (table.from < 2) group.problem("at", "where does the first one begin?", "count from the register of the model's number");
    if (table.every < 1) group.problem("every", "how many registers is one?", "write the number");
    load_points(group, "points", scope, table.repeated);
    group.finish();
  }
  map.finish();
  return table;
}

std::vector<std::uint16_t> load_chain_starts(Mapping& map) {
  std::vector<std::uint16_t> out;
  for (const std::int64_t address : load_codes(map, "sunspec"))
    if (address < 0 || address > 65533)
      map.problem("sunspec", "not 0 to 65533", "write the 0-based addresses at which SunS may stand");
    else
      out.push_back(static_cast<std::uint16_t>(address));
  return out;
}

RegisterSign load_register_sign(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  RegisterSign sign;
  sign.contains = map.text("contains").value_or("");
  sign.is = load_codes(map, "is");
  if (sign.contains.empty() == sign.is.empty()) map.problem({}, "tells nothing, or two things", "add contains: TEXT, or is: [numbers]");
  if (const auto object = load_object(map)) {
    sign.function = identification, sign.address = *object;
    if (!sign.is.empty()) map.problem("is", "an identification is a text", "write contains: TEXT");
  } else {
    sign.function = load_table(map);
    const auto address = load_address(map, "register");
    sign.count = load_count(map, sign.is.empty() ? most_registers : 2);
    sign.bytes = load_bytes(map);
    if (!address || sign.count > 65536 - *address)
      map.problem("register", "not 0 to 65535", "write the 0-based address, as in the request");
    sign.address = address.value_or(0);
  }
  map.finish();
  return sign;
}

TextSource load_register_text(Mapping& map) {
  TextSource source;
  source.kind = TextSource::Kind::registers;
  source.extract = load_pattern(map, "extract");
  if (const auto object = load_object(map)) {
    source.kind = TextSource::Kind::identification, source.address = *object;
    return source;
  }
  const auto model = map.integer("model");
  const auto address = load_address(map, model ? "at" : "register");
  if (model && (*model < 1 || *model > 65534)) map.problem("model", "not 1 to 65534", "write the number of the chain's model");
  if (const auto as = map.word("as", text_forms)) source.as = static_cast<TextSource::As>(*as);
  if (!map.has("count")) map.problem("count", "not 1 to 125", "write the number of registers, two characters each");
  source.count = load_count(map, source.as == TextSource::As::text ? most_registers : 4);
  if (!address || source.count > 65536 - *address)
    map.problem(model ? "at" : "register", "no oid, sys_descr, after or register", "write oid: OID, after: TEXT, or register: 0-65535");
  source.model = static_cast<std::uint16_t>(model.value_or(0));
  source.address = address.value_or(0);
  source.function = load_table(map);
  source.bytes = load_bytes(map);
  return source;
}

}  // namespace holdup::profile
