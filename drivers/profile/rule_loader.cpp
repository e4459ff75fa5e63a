#include "drivers/profile/rule_loader.hpp"

#include <algorithm>
#include <array>

#include "ground/nearest.hpp"
#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using reading::Meaning;

// The endings that a series' name may have: base units only (docs: names of series).
constexpr std::array<std::string_view, 29> units{"_volts",
                                                 "_amperes",
                                                 "_watts",
                                                 "_voltamperes",
                                                 "_vars",
                                                 "_joules",
                                                 "_joules_total",
                                                 "_hertz",
                                                 "_celsius",
                                                 "_ratio",
                                                 "_seconds",
                                                 "_rpm",
                                                 "_pascals",
                                                 "_total",
                                                 "_code",
                                                 "_quantity",
                                                 "_grams_per_cubic_metre",
                                                 "_metres",
                                                 "_bytes",
                                                 "_coulombs",
                                                 "_ohms",
                                                 "_lux",
                                                 "_cubic_metres_per_second",
                                                 "_metres_per_second",
                                                 "_bytes_per_second",
                                                 "_decibels",
                                                 "_degrees",
                                                 "_watts_per_square_metre",
                                                 "_volts_per_metre"};

constexpr std::array answers{Meaning::supply_input_ok, Meaning::supply_output_ok, Meaning::supply_present, Meaning::outlet_state,
                             Meaning::ups_on_battery,  Meaning::breaker_closed,   Meaning::ups_bypass,     Meaning::ups_eco,
                             Meaning::battery_test,    Meaning::battery_ok,       Meaning::battery_carries, Meaning::source_ok,
                             Meaning::supply_standby,  Meaning::cache_write_back, Meaning::unsaved_data};

bool is_answer(Meaning means) { return std::ranges::find(answers, means) != answers.end(); }

void check_metric(Mapping& map, const std::string& metric) {
  const bool plain =
      std::all_of(metric.begin(), metric.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  const bool unit = std::any_of(units.begin(), units.end(), [&](std::string_view u) { return metric.ends_with(u); });
  if (!plain || !metric.starts_with("rack_") || !unit)
    map.problem("metric", "'" + metric + "' is no name of a series", "write rack_<quantity>_<base unit>, such as rack_current_amperes");
}

reading::State load_state(const Node::Entry& entry, Mapping& table) {
  reading::State state{.code = 0, .name = {}};
  if (const auto code = ground::parse_integer(entry.key))
    state.code = *code;
  else
    table.problem(entry.key, "the code is no whole number", "write CODE: [word, health]");
  const auto words = table.texts(entry.key);
  if (words.empty() || words.size() > 2) return table.problem(entry.key, "no word", "write CODE: [word, health]"), state;
  state.name = words[0];
  const auto& names = reading::health_names;
  const auto health = words.size() == 2 ? std::find(names.begin(), names.end(), words[1]) : names.end();
  if (health != names.end()) state.health = static_cast<reading::Health>(health - names.begin());
  if (words.size() == 2 && health == names.end())
    table.problem(entry.key, "'" + words[1] + "' is no health", "write ok, warning, critical or unknown");
  return state;
}

/// A cause is told by any code but those that tell of no failure.
void load_cause(Mapping& map, Rule& rule) {
  auto harmless = load_codes(map, "no");
  if (harmless.empty()) map.problem("means", "which of the device's codes tell of no failure?", "add no: [codes]");
  if (!rule.states) map.problem("means", "a cause is one of the device's codes", "add states:");
  rule.harmless = std::make_shared<const std::vector<std::int64_t>>(std::move(harmless));
}

void load_answer(Mapping& map, Rule& rule) {
  if (rule.means == Meaning::input_fail_cause) return load_cause(map, rule);
  rule.conversion.yes = load_codes(map, "yes");
  rule.conversion.no = load_codes(map, "no");
  const bool codes = !rule.conversion.yes.empty() || !rule.conversion.no.empty();
  const bool answer = is_answer(rule.means);
  if (codes && !answer)
    map.problem("yes", "yes and no belong to a meaning that is true or false", "add means: outlet_state, supply_input_ok, …");
  if (answer && !codes) map.problem("means", "which of the device's codes say so?", "add yes: [codes] and no: [codes]");
}

/// `also: [{means: ups_bypass, yes: 4, no: [3, 5]}]`
void load_also(Mapping& map, Rule& rule) {
  const Node* list = map.find("also");
  if (list == nullptr) return;
  if (!list->is_sequence()) return map.problem("also", "not a list", "write [{means: …, yes: CODES, no: CODES}]");
  for (const Node& item : list->items) {
    Mapping one{item, map.path("also"), map.report()};
    Rule::Also also;
    if (const auto means = one.word("means", reading::meaning_names)) also.means = static_cast<Meaning>(*means);
    also.yes = load_codes(one, "yes"), also.no = load_codes(one, "no");
    if (!is_answer(also.means)) one.problem("means", "not a meaning that is true or false", "write ups_bypass, battery_test, …");
    if (also.yes.empty() && also.no.empty()) one.problem("yes", "which of the device's codes say so?", "add yes: [codes] and no: [codes]");
    one.finish();
    rule.also.push_back(std::move(also));
  }
}

/// `extract: number` is the first number in the text.
std::optional<ground::Pattern> load_extract(Mapping& map) {
  if (map.text("extract") == "number") return *ground::Pattern::compile("[-+]?[0-9]+(?:\\.[0-9]+)?");
  return load_pattern(map, "extract");
}

/// `bit: 4`, or `bit: 4, width: 2` for a number of two bits.
void load_bits(Mapping& map, Conversion& conversion) {
  const auto bit = map.integer("bit"), width = map.integer("width");
  if (width && !bit) map.problem("width", "of which bits?", "add bit: the least significant of them");
  if (!bit) return;
  if (*bit < 0 || *bit > 31) map.problem("bit", "not 0 to 31", "count from the least significant bit");
  const auto first = static_cast<unsigned>(*bit & 31);
  if (!width || *width == 1) return void(conversion.bit = first);
  if (*width < 1 || *width + first > 32) return map.problem("width", "not within 32 bits", "write the number of bits");
  conversion.mask = static_cast<std::uint32_t>(((std::uint64_t{1} << *width) - 1) << first);
}

void load_conversion(Mapping& map, const FileScope& scope, Conversion& conversion) {
  conversion.multiply = map.number("multiply").value_or(1);
  conversion.divide = map.number("divide").value_or(1);
  conversion.offset = map.number("offset").value_or(0);
  if (conversion.divide == 0) map.problem("divide", "a division by 0", "write the divisor"), conversion.divide = 1;
  conversion.sentinels = scope.sentinels;
  (void)load_sentinels(map, scope, conversion.sentinels);
  if (const auto form = map.word("form", ratio_form_names)) conversion.form = static_cast<RatioForm>(*form);
  conversion.extract = load_extract(map);
  conversion.wraps_at = map.number("wraps_at");
  if (conversion.wraps_at && *conversion.wraps_at <= 0)
    map.problem("wraps_at", "not above 0", "write the raw number that follows the last");
  conversion.lowest = map.number("lowest");
  conversion.highest = map.number("highest");
  load_bits(map, conversion);
}

}  // namespace

void load_states(const Node& node, FileScope& scope) {
  Mapping all{node, "states", scope.report};
  for (const auto& entry : node.entries) {
    Mapping table{entry.value, all.path(entry.key), scope.report};
    reading::StateTable states;
    for (const auto& code : entry.value.entries) states.push_back(load_state(code, table));
    if (states.empty()) all.problem(entry.key, "no codes", "write CODE: [word, health] under it");
    scope.states.emplace(entry.key, std::make_shared<const reading::StateTable>(std::move(states)));
  }
}

Rule load_rule(Mapping& map, const FileScope& scope) {
  Rule rule;
  if (const auto name = map.text("states")) {
    const auto at = scope.states.find(*name);
    std::vector<std::string_view> known;
    for (const auto& [key, table] : scope.states) known.push_back(key);
    if (at == scope.states.end())
      map.problem("states", "'" + *name + "' is not under states:", "did you mean '" + ground::nearest(*name, known) + "'?");
    else
      rule.states = at->second;
    rule.metric = "rack_state_code";
  } else {
    rule.metric = map.required_text("metric");
    check_metric(map, rule.metric);
  }
  rule.part = map.text("part").value_or("");
  if (const auto means = map.word("means", reading::meaning_names)) rule.means = static_cast<Meaning>(*means);
  if (const auto lane = map.word("lane", reading::lane_names)) rule.lane = static_cast<reading::Lane>(*lane);
  rule.refresh = map.duration("refresh");
  rule.every = load_every(map);
  rule.clear_on_read = map.flag("clear_on_read").value_or(false);
  load_conversion(map, scope, rule.conversion);
  if (rule.conversion.wraps_at && !rule.metric.ends_with("_total") && rule.means != Meaning::uptime)
    map.problem("wraps_at", "'" + rule.metric + "' is no counter", "take it away, or name the series …_total");
  rule.conversion.words = rule.states;
  load_answer(map, rule);
  load_also(map, rule);
  return rule;
}

std::optional<ground::Duration> load_every(Mapping& map) {
  const auto every = map.duration("every");
  if (every && (*every < std::chrono::milliseconds{10} || *every > std::chrono::hours{24}))
    map.problem("every", "not between 10ms and 24h", "write a period from 10ms to 24h, or a lane");
  return every;
}

std::optional<Oid> parse_oid(std::string_view text, const FileScope& scope) {
  const auto oid = Oid::parse(text);
  if (!oid) return oid;
  return text.starts_with('.') ? scope.base.with(oid->parts()) : oid;
}

std::optional<ground::Pattern> load_pattern(Mapping& map, std::string_view key) {
  const auto text = map.text(key);
  if (!text) return std::nullopt;
  const auto pattern = ground::Pattern::compile(*text);
  if (!pattern) return map.problem(key, pattern.error().what, "write it as RE2 reads it, in single quotes"), std::nullopt;
  return *pattern;
}

Oid load_oid(Mapping& map, std::string_view key, const FileScope& scope) {
  const auto text = map.text(key);
  if (!text) return {};
  const auto oid = parse_oid(*text, scope);
  if (!oid) map.problem(key, "'" + *text + "' is no OID", "write numbers with dots; a leading dot means: below base");
  return oid.value_or(Oid{});
}

std::vector<Oid> load_oids(Mapping& map, std::string_view key, const FileScope& scope) {
  std::vector<Oid> out;
  for (const auto& text : map.texts(key)) {
    if (auto oid = parse_oid(text, scope))
      out.push_back(*std::move(oid));
    else
      map.problem(key, "'" + text + "' is no OID", "write numbers with dots; a leading dot means: below base");
  }
  return out;
}

bool load_sentinels(Mapping& map, const FileScope& scope, std::vector<double>& numbers) {
  bool of_type = false;
  for (const auto& text : map.texts("sentinels"))
    if (const auto number = ground::parse_number(text))
      numbers.push_back(*number);
    else if (scope.typed && text == "type")
      of_type = true;
    else
      map.problem("sentinels", "'" + text + "' is no number", "write the raw numbers that mean \"no reading\"");
  return of_type;
}

std::vector<std::int64_t> load_codes(Mapping& map, std::string_view key) {
  std::vector<std::int64_t> out;
  for (const auto& text : map.texts(key))
    if (const auto code = ground::parse_integer(text))
      out.push_back(*code);
    else
      map.problem(key, "'" + text + "' is no whole number", "write the device's codes");
  return out;
}

}  // namespace holdup::profile
