#include "hw-sim/agents/device_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ground/yaml/mapping.hpp"
#include "ground/yaml/node.hpp"

namespace hwsim::agents {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using ground::yaml::Report;

constexpr std::array<std::string_view, 6> type_names{"integer", "octets", "object_id", "counter32", "gauge32", "time_ticks"};
constexpr std::array<ber::Tag, 6> type_tags{ber::Tag::integer,   ber::Tag::octets,  ber::Tag::object_id,
                                            ber::Tag::counter32, ber::Tag::gauge32, ber::Tag::time_ticks};

std::optional<power::Quantity> quantity(Mapping& map, std::string_view key) {
  const auto word = map.word(key, power::quantity_names);
  return word ? std::optional{static_cast<power::Quantity>(*word)} : std::nullopt;
}

std::vector<Scale::Step> read_steps(Mapping& map) {
  std::vector<Scale::Step> steps;
  const Node* list = map.find("steps");
  if (list == nullptr) return steps;
  for (const Node& item : list->items) {
    Mapping step{item, map.path("steps"), map.report()};
    steps.push_back({.from = step.number("from").value_or(0), .is = step.number("is").value_or(0)});
    step.finish();
  }
  std::stable_sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  return steps;
}

std::optional<Measure> read_measure(Mapping& map, std::string index) {
  const auto measured = quantity(map, "measures");
  const auto times = map.number("times");
  const auto divide = map.number("divide");
  auto steps = read_steps(map);
  if (!measured) return std::nullopt;
  if (divide && *divide == 0) map.problem("divide", "nothing can be divided by 0", "write another number");
  return Measure{
      .quantity = *measured,
      .index = map.text("index").value_or(std::move(index)),
      .scale = {.times = times.value_or(1), .divide = divide.value_or(1), .steps = std::move(steps)},
  };
}

ObjectRule read_object(Mapping& map, const std::string& base) {
  ObjectRule rule;
  rule.oid = map.required_text("oid");
  if (rule.oid.starts_with('.')) rule.oid = base + rule.oid;
  if (const auto type = map.word("type", type_names)) rule.type = type_tags[*type];
  rule.each = quantity(map, "each");
  rule.measure = read_measure(map, rule.each ? "{index}" : "");
  rule.text = map.text("text").value_or("");
  rule.only_while = quantity(map, "only_while");
  rule.beside = quantity(map, "beside");
  if (!rule.measure && !map.has("text")) map.problem({}, "neither 'measures' nor 'text'", "say what stands there");
  map.finish();
  return rule;
}

std::vector<ObjectRule> read_varbinds(Mapping& map, const std::string& base, bool in_row) {
  std::vector<ObjectRule> out;
  const Node* list = map.find("varbinds");
  if (list == nullptr) return out;
  for (const Node& item : list->items) {
    Mapping varbind{item, map.path("varbinds"), map.report()};
    out.push_back(read_object(varbind, base));
    if (in_row && out.back().measure && out.back().measure->index.empty()) out.back().measure->index = "{index}";
  }
  return out;
}

TrapRule read_trap(Mapping& map, const std::string& base) {
  static constexpr std::array<std::string_view, 1> occasions{"boot"};
  TrapRule rule;
  rule.oid = map.required_text("oid");
  if (rule.oid.starts_with('.')) rule.oid = base + rule.oid;
  rule.at_boot = map.word("on", occasions).has_value();
  rule.each = quantity(map, "each");
  rule.measure = read_measure(map, rule.each ? "{index}" : "");
  rule.below = map.number("below");
  rule.above = map.number("above");
  rule.varbinds = read_varbinds(map, base, rule.each.has_value());
  const bool crosses = rule.measure && rule.below.has_value() != rule.above.has_value();
  if (rule.at_boot == crosses) map.problem({}, "neither 'on: boot' nor a measure with one limit", "say when it is sent");
  map.finish();
  return rule;
}

RegisterRule read_register(Mapping& map) {
  static constexpr std::array<std::string_view, banks.size()> bank_names{"coil", "discrete", "holding", "input"};  // in their order
  RegisterRule rule;
  if (const auto bank = map.word("bank", bank_names)) rule.banks = {banks[*bank]};
  const auto address = map.integer("at");
  const auto words = map.integer("words").value_or(1);
  if (!address || *address < 0 || *address > UINT16_MAX) map.problem("at", "no register address", "write 0 to 65535");
  if (words < 1 || words > 125) map.problem("words", "not between 1 and 125", "write how many registers it takes");
  rule.address = static_cast<std::uint16_t>(address.value_or(0));
  rule.words = static_cast<std::size_t>(std::max<std::int64_t>(words, 1));
  rule.measure = read_measure(map, "");
  rule.only_while = quantity(map, "only_while");
  rule.number = map.integer("number");
  rule.text = map.text("text");
  const int said = (rule.measure ? 1 : 0) + (rule.number ? 1 : 0) + (rule.text ? 1 : 0);
  if (said != 1) map.problem({}, "not exactly one of 'measures', 'number' and 'text'", "say what stands there");
  map.finish();
  return rule;
}

Identification read_identification(Mapping& map) {
  static constexpr std::array<std::string_view, 7> names{"vendor",       "product", "revision",   "vendor_url",
                                                         "product_name", "model",   "application"};
  Identification out;
  const Node* node = map.find("identification");
  if (node == nullptr) return out;
  Mapping texts{*node, map.path("identification"), map.report()};
  for (std::size_t n = 0; n < names.size(); ++n)
    if (const auto text = texts.text(names[n])) out.emplace(static_cast<std::uint8_t>(n), *text);
  texts.finish();
  return out;
}

}  // namespace

double Scale::shown(double value) const {
  if (steps.empty()) return value * times / divide;
  double is = steps.front().is;
  for (const Step& step : steps)
    if (value >= step.from) is = step.is;
  return is;
}

DeviceTable parse_device_table(std::string_view text, const std::string& file, ground::Problems& problems) {
  const Node root = ground::yaml::parse(text, file, problems);
  Mapping map{root, {}, Report{file, problems}};
  DeviceTable table;
  table.model = map.required_text("model");
  const auto base = map.text("base").value_or("");
  const auto each = [&](std::string_view key, auto read) {
    const Node* list = map.find(key);
    if (list == nullptr) return;
    for (const Node& item : list->items) {
      Mapping rule{item, std::string{key}, map.report()};
      read(rule);
    }
  };
  each("objects", [&](Mapping& rule) { table.objects.push_back(read_object(rule, base)); });
  each("traps", [&](Mapping& rule) { table.traps.push_back(read_trap(rule, base)); });
  each("registers", [&](Mapping& rule) { table.registers.push_back(read_register(rule)); });
  table.identification = read_identification(map);
  if (table.objects.empty() == table.registers.empty())
    map.problem({}, "not exactly one of 'objects' and 'registers'", "list the device's objects (SNMP) or registers (Modbus)");
  map.finish();
  return table;
}

}  // namespace hwsim::agents
