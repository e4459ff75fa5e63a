#include "drivers/profile/loader.hpp"

#include <array>
#include <functional>

#include "drivers/profile/register_loader.hpp"
#include "drivers/profile/rule_loader.hpp"
#include "drivers/profile/text_loader.hpp"
#include "drivers/profile/trap_loader.hpp"
#include "drivers/profile/tree_loader.hpp"
#include "ground/number.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

constexpr std::array<std::string_view, 2> protocols{"snmp", "modbus"};
constexpr ground::Duration longest_pause = std::chrono::seconds{1};
constexpr ground::Duration longest_first_pause = std::chrono::seconds{5};
constexpr std::int64_t deepest_pipeline = 64;

/// "1.3.6.1.4.1.28507.*": any_arc stands for the star.
void load_base(Mapping& map, FileScope& scope, Profile& profile) {
  const auto text = map.text("base").value_or("");
  if (!text.ends_with(".*")) return void(scope.base = load_oid(map, "base", scope));
  const auto before = Oid::parse(std::string_view{text}.substr(0, text.size() - 2));
  if (!before) return map.problem("base", "'" + text + "' is no OID", "write numbers with dots, and .* at the end");
  profile.any = *before;
  scope.base = before->with(any_arc);
}

void load_scope(Mapping& map, FileScope& scope, Profile& profile) {
  load_base(map, scope, profile);
  scope.typed = profile.protocol == Protocol::modbus;
  scope.type_sentinel = load_sentinels(map, scope, scope.sentinels);
  if (const Node* states = map.find("states")) load_states(*states, scope);
}

void each(Mapping& map, std::string_view key, const std::function<void(const Node&, const std::string&)>& load) {
  const Node* node = map.find(key);
  if (node == nullptr) return;
  if (!node->is_sequence()) return map.problem(key, "not a list", "begin each entry with '- '");
  std::size_t count = 0;
  for (const Node& item : node->items) load(item, map.path(key).append("[").append(std::to_string(count++)).append("]"));
}

void load_identity(Mapping& map, const FileScope& scope, Profile& profile) {
  const Node* node = map.find("identity");
  if (node == nullptr) return;
  Mapping identity{*node, "identity", scope.report};
  profile.vendor_text = load_texts(identity, "vendor", scope);
  profile.model = load_texts(identity, "model", scope);
  profile.firmware = load_texts(identity, "firmware", scope);
  profile.serial = load_texts(identity, "serial", scope);
  identity.finish();
}

Identify load_identify(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Identify identify;
  identify.object_ids = load_oids(map, "sys_object_id", scope);
  identify.descriptions = map.texts("sys_descr");
  identify.matches = load_pattern(map, "sys_descr_matches");
  identify.answers = load_oids(map, "answers", scope);
  identify.model = load_pattern(map, "model");
  identify.firmware_from = map.text("firmware_from").value_or("");
  identify.firmware_before = map.text("firmware_before").value_or("");
  each(map, "registers", [&](const Node& n, const std::string& at) { identify.registers.push_back(load_register_sign(n, at, scope)); });
  const bool looks_at_text = !identify.descriptions.empty() || identify.matches;
  if (identify.object_ids.empty() && !looks_at_text && identify.answers.empty() && identify.registers.empty())
    map.problem({}, "matches every device", "add sys_object_id, sys_descr, sys_descr_matches, answers or registers");
  map.finish();
  return identify;
}

reading::Invariant load_invariant(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  reading::Invariant out{.metric = map.required_text("metric"), .sum = map.required_text("sum"), .equals = map.required_text("equals")};
  out.within = map.number("within").value_or(out.within);
  if (out.within <= 0 || out.within >= 1) map.problem("within", "not between 0 and 1", "write a ratio: 0.1 allows ten per cent");
  map.finish();
  return out;
}

std::uint32_t bounded(Mapping& map, std::string_view key, std::int64_t most, std::uint32_t otherwise) {
  const auto number = map.integer(key);
  if (!number) return otherwise;
  if (*number >= 0 && *number <= most) return static_cast<std::uint32_t>(*number);
  map.problem(key, std::string{"not 0 to "}.append(std::to_string(most)));
  return otherwise;
}

void load_pace(Mapping& map, reading::Pace& pace) {
  pace.max_duty = map.number("max_duty");
  if (pace.max_duty && !(*pace.max_duty > 0 && *pace.max_duty <= 1))
    map.problem("max_duty", "not above 0 and at most 1", "write the share of the time, for example 0.2"), pace.max_duty.reset();
  pace.between_requests = map.duration("between_requests");
  if (pace.between_requests > longest_pause) map.problem("between_requests", "longer than 1s", "write at most 1s, or max_duty");
  pace.after_connect = map.duration("after_connect");
  if (pace.after_connect > longest_first_pause) map.problem("after_connect", "longer than 5s", "write at most 5s");
  pace.routine = map.duration("routine");
  if (pace.routine == ground::Duration::zero()) map.problem("routine", "zero", "write the period, for example 30s");
}

void load_quirks(Mapping& map, const FileScope& scope, Quirks& quirks) {
  const Node* node = map.find("quirks");
  if (node == nullptr) return;
  Mapping own{*node, "quirks", scope.report};
  quirks.max_repetitions = bounded(own, "max_repetitions", 100, 0);
  quirks.max_varbinds = bounded(own, "max_varbinds", 100, 0);
  quirks.max_registers = static_cast<std::uint16_t>(bounded(own, "max_registers", 125, quirks.max_registers));
  quirks.register_gap = static_cast<std::uint16_t>(bounded(own, "register_gap", 124, quirks.register_gap));
  quirks.pipeline = static_cast<std::uint16_t>(bounded(own, "pipeline", deepest_pipeline, quirks.pipeline));
  if (quirks.pipeline == 0) own.problem("pipeline", "no request at all", "write 1, or how many it bears at once"), quirks.pipeline = 1;
  quirks.v1_only = own.flag("v1_only").value_or(false);
  quirks.turnaround = own.duration("turnaround");
  if (quirks.turnaround > longest_pause) own.problem("turnaround", "longer than 1s", "write what was measured, as in 5ms");
  load_pace(own, quirks.pace);
  own.finish();
}

}  // namespace

std::optional<Profile> load_profile(const std::string& file, const Node& root, ground::Problems& problems) {
  const auto before = problems.errors();
  FileScope scope{.report = {file, problems}, .base = {}, .sentinels = {}, .states = {}};
  Mapping map{root, "", scope.report};
  Profile profile;
  profile.file = file;
  profile.name = map.required_text("profile");
  profile.line = map.line("profile"), profile.extends_line = map.line("extends");
  profile.vendor = map.text("vendor").value_or("");
  profile.about = map.text("about").value_or("");
  if (const auto protocol = map.word("protocol", protocols)) profile.protocol = static_cast<Protocol>(*protocol);
  profile.extends = map.texts("extends");
  profile.standard = bounded(map, "standard", 99, 0);
  profile.instead_of = map.texts("instead_of");
  load_scope(map, scope, profile);
  load_identity(map, scope, profile);
  load_quirks(map, scope, profile.quirks);
  each(map, "identify", [&](const Node& n, const std::string& path) { profile.identify.push_back(load_identify(n, path, scope)); });
  each(map, "scalars", [&](const Node& n, const std::string& path) { profile.scalars.push_back(load_scalar(n, path, scope)); });
  each(map, "tables", [&](const Node& n, const std::string& path) { profile.tables.push_back(load_table(n, path, scope)); });
  each(map, "registers", [&](const Node& n, const std::string& path) { load_register(n, path, scope, profile.registers); });
  each(map, "parts", [&](const Node& n, const std::string& path) { profile.parts.push_back(load_plate(n, path, scope)); });
  profile.sunspec = load_chain_starts(map);
  each(map, "models", [&](const Node& n, const std::string& path) { profile.models.push_back(load_model(n, path, scope)); });
  each(map, "invariants", [&](const Node& n, const std::string& path) { profile.invariants.push_back(load_invariant(n, path, scope)); });
  each(map, "traps", [&](const Node& n, const std::string& path) { profile.traps.push_back(load_trap(n, path, scope)); });
  map.finish();
  if (problems.errors() != before) return std::nullopt;
  return profile;
}

}  // namespace holdup::profile
