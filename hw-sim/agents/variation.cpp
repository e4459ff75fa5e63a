#include "hw-sim/agents/variation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "hw-sim/agents/credentials.hpp"
#include "hw-sim/agents/module_arguments.hpp"
#include "hw-sim/agents/value_text.hpp"
#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;

std::string in_quotes(std::string_view text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

constexpr double longest_wait_ms = 999'999;  // snmpsim's: beyond it the request is dropped

double largest(Tag tag) {
  if (tag == Tag::integer) return std::numeric_limits<std::int32_t>::max();
  return tag == Tag::counter64 ? 18446744073709549568.0 : 4294967295.0;  // the first is the largest double below 2^64
}

bool is_number(Tag tag) {
  return tag == Tag::integer || tag == Tag::counter32 || tag == Tag::gauge32 || tag == Tag::time_ticks || tag == Tag::counter64;
}

using Function = double (*)(double);
constexpr std::array<std::pair<std::string_view, Function>, 19> functions{{
    {"sin", std::sin},
    {"cos", std::cos},
    {"tan", std::tan},
    {"asin", std::asin},
    {"acos", std::acos},
    {"atan", std::atan},
    {"exp", std::exp},
    {"log", std::log},
    {"log10", std::log10},
    {"sqrt", std::sqrt},
    {"fabs", std::fabs},
    {"floor", std::floor},
    {"ceil", std::ceil},
    {"trunc", std::trunc},
    {"sinh", std::sinh},
    {"cosh", std::cosh},
    {"tanh", std::tanh},
    {"degrees", [](double x) { return x * 180 / std::numbers::pi; }},
    {"radians", [](double x) { return x * std::numbers::pi / 180; }},
}};

NumericModule read_numeric(ModuleArguments& reader) {
  const auto tag = reader.tag();
  if (!is_number(tag)) reader.refuse("it makes numbers, and the line's type is none");
  NumericModule out{.tag = tag, .max = largest(tag)};
  out.min = reader.number("min").value_or(out.min);
  out.max = std::min(reader.number("max").value_or(out.max), largest(tag));
  out.initial = reader.number("initial");
  out.rate = reader.number("rate").value_or(out.rate);
  out.scale = reader.number("scale").value_or(out.scale);
  out.offset = reader.number("offset").value_or(out.offset);
  out.deviation = reader.number("deviation").value_or(out.deviation);
  out.by_clock = reader.flag("atime");
  out.wrap = reader.flag("wrap");
  out.cumulative = reader.flag("cumulative");
  if (out.max < out.min) reader.refuse("max is less than min");
  if (const auto name = reader.text("function")) {
    const auto at = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.first == *name; });
    if (at != functions.end())
      out.function = at->second;
    else
      reader.refuse("function=" + in_quotes(*name) + " is not known");
  }
  return out;
}

ground::Duration wait_of_ms(double ms) {
  if (ms > longest_wait_ms) return DelayModule::never;
  return ground::Duration{static_cast<std::int64_t>(std::max(ms, 0.0) * 1e6)};
}

// The constant of one rule of a vlist, as the line's type.
SetRule read_set_rule(ModuleArguments& reader, const std::string& comparison, const std::string& constant) {
  SetRule out{.comparison = reader.comparison(comparison), .constant = {}};
  if (auto value = value_of_text(reader.tag(), constant, Form::plain))
    out.constant = *std::move(value);
  else
    reader.refuse("vlist: " + in_quotes(constant) + " does not fit the line's type");
  return out;
}

DelayModule read_delay(ModuleArguments& reader) {
  DelayModule out;
  if (const auto wait = reader.number("wait")) out.wait = wait_of_ms(*wait);
  if (const auto deviation = reader.number("deviation")) out.deviation = wait_of_ms(std::abs(*deviation));
  const auto wait_in = [&](const std::string& word) {
    const auto wait = ground::parse_number(word);
    if (!wait) reader.refuse(in_quotes(word) + " is no number of milliseconds");
    return wait_of_ms(wait.value_or(0));
  };
  for (const auto& words : reader.groups("tlist", 3)) {
    const auto seconds = ground::parse_integer(words[1]);
    if (!seconds) reader.refuse("tlist: " + in_quotes(words[1]) + " is no UNIX time");
    out.by_time.push_back({.comparison = reader.comparison(words[0]), .unix_seconds = seconds.value_or(0), .wait = wait_in(words[2])});
  }
  for (const auto& words : reader.groups("vlist", 3))
    out.by_set.push_back({.rule = read_set_rule(reader, words[0], words[1]), .wait = wait_in(words[2])});
  return out;
}

constexpr std::array<std::pair<std::string_view, std::int32_t>, 17> statuses{{
    {"toobig", 1},
    {"nosuchname", 2},
    {"badvalue", 3},
    {"readonly", 4},
    {"generror", 5},
    {"noaccess", 6},
    {"wrongtype", 7},
    {"wrongvalue", 10},
    {"nocreation", 11},
    {"inconsistentvalue", 12},
    {"resourceunavailable", 13},
    {"commitfailed", 14},
    {"undofailed", 15},
    {"authorizationerror", 16},
    {"notwritable", 17},
    {"inconsistentname", 18},
    {"generr", 5},
}};
constexpr std::array<std::pair<std::string_view, Tag>, 3> exceptions{
    {{"nosuchobject", Tag::no_such_object}, {"nosuchinstance", Tag::no_such_instance}, {"endofmib", Tag::end_of_mib_view}}};

ErrorModule::Said read_status(ModuleArguments& reader, std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto named = [&](const auto& entry) { return entry.first == name; };
  if (const auto at = std::find_if(statuses.begin(), statuses.end(), named); at != statuses.end()) return {.status = at->second};
  if (const auto at = std::find_if(exceptions.begin(), exceptions.end(), named); at != exceptions.end()) return {.exception = at->second};
  return reader.refuse(in_quotes(name) + " is no SNMP error"), ErrorModule::Said{};
}

ErrorModule read_error(ModuleArguments& reader) {
  ErrorModule out{.on = reader.heeds(Heeds::any)};
  const auto status = reader.text("status");
  if (status) out.said = read_status(reader, *status);
  for (const auto& words : reader.groups("vlist", 3))
    out.by_set.push_back({.rule = read_set_rule(reader, words[0], words[1]), .said = read_status(reader, words[2])});
  if (!status && out.by_set.empty()) reader.refuse("neither status nor vlist");
  return out;
}

// "OID:TYPE:VALUE:OID:TYPE:VALUE…" with snmpsim's letters.
std::vector<Varbind> read_varbinds(ModuleArguments& reader) {
  constexpr std::string_view theirs = "shioaugtbI";
  constexpr std::string_view ours = "sxioauutsC";
  std::vector<Varbind> out;
  for (const auto& words : reader.groups("varbinds", 3)) {
    const auto letter = words[1].size() == 1 ? theirs.find(words[1][0]) : std::string_view::npos;
    const auto oid = parse_oid(words[0]);
    const auto value = letter == std::string_view::npos ? std::nullopt : value_of_letter(ours[letter], words[2]);
    if (!oid || !value)
      return reader.refuse("varbinds: " + in_quotes(words[0]) + ": no such OID, or a value that does not fit its type"), out;
    out.push_back({*oid, *value});
  }
  return out;
}

std::optional<V3User> read_trap_user(ModuleArguments& reader) {
  const auto name = reader.text("user");
  const auto auth = reader.text("authproto").value_or("md5"), priv = reader.text("privproto").value_or("des");
  const auto auth_key = reader.text("authkey"), priv_key = reader.text("privkey");
  if (!name) return std::nullopt;
  V3User user{.name = *name};
  if (auth_key) {
    user.auth = auth_named(auth);
    user.auth_passphrase = *auth_key;
    if (user.auth == Auth::none) reader.refuse("authproto=" + in_quotes(auth) + " is not known");
    if (auth_key->size() < shortest_passphrase) reader.refuse("authkey is shorter than 8 characters");
  }
  if (priv_key) {
    user.priv = priv_named(priv);
    user.priv_passphrase = *priv_key;
    if (user.priv == Priv::none) reader.refuse("privproto=" + in_quotes(priv) + " is not known");
    if (user.auth == Auth::none) reader.refuse("privkey without authkey");
    if (priv_key->size() < shortest_passphrase) reader.refuse("privkey is shorter than 8 characters");
  }
  return user;
}

std::optional<HostPort> read_destination(ModuleArguments& reader) {
  constexpr std::uint16_t trap_port = 162;
  const auto proto = reader.text("proto").value_or("udp");
  if (proto != "udp" && proto != "udp6") reader.refuse("proto=" + in_quotes(proto) + " is neither udp nor udp6");
  const auto port = reader.number("port").value_or(trap_port);
  const auto host = reader.text("host");
  if (!host) return std::nullopt;
  auto to = parse_host_port((host->find(':') == std::string::npos ? *host : "[" + *host + "]") + ":" + ground::number_text(port));
  if (!to) reader.refuse("host=" + in_quotes(*host) + " and port make no numeric address");
  return to;
}

// The address in a v1 trap, host order.
std::optional<std::uint32_t> read_agent_address(ModuleArguments& reader) {
  const auto text = reader.text("agentaddress");
  if (!text) return std::nullopt;
  const auto encoded = value_of_text(Tag::ip_address, *text, Form::plain);
  if (!encoded) return reader.refuse("agentaddress=" + in_quotes(*text) + " is no IPv4 address"), std::nullopt;
  std::uint32_t out = 0;
  for (const char c : encoded->substr(2)) out = out << 8U | static_cast<unsigned char>(c);
  return out;
}

NotificationModule read_notification(ModuleArguments& reader) {
  using scenario::TrapVersion;
  NotificationModule out{.on = reader.heeds(Heeds::set), .notification = {.oid = {1, 3, 6, 1, 6, 3, 1, 1, 5, 1}}};
  auto& trap = out.notification;
  const auto version = reader.text("version").value_or("2c"), type = reader.text("ntftype").value_or("trap");
  trap.version = version == "1" ? TrapVersion::v1 : version == "3" ? TrapVersion::v3 : TrapVersion::v2c;
  trap.inform = type == "inform";
  if (version != "1" && version != "2c" && version != "3") reader.refuse("version=" + in_quotes(version) + " is none of 1, 2c and 3");
  if (!trap.inform && type != "trap") reader.refuse("ntftype=" + in_quotes(type) + " is neither trap nor inform");
  if (trap.inform && trap.version == TrapVersion::v1) reader.refuse("v1 knows no inform");
  trap.community = reader.text("community").value_or("public");
  trap.oid = reader.oid("trapoid").value_or(trap.oid);
  trap.enterprise = reader.oid("enterprise");
  trap.agent_address = read_agent_address(reader);
  if (const auto ticks = reader.number("uptime")) trap.uptime_ticks = static_cast<std::uint32_t>(std::clamp(*ticks, 0.0, 4294967295.0));
  trap.user = read_trap_user(reader);
  if (trap.version == TrapVersion::v3 && !trap.user) reader.refuse("version=3 without user");
  trap.to = read_destination(reader);
  trap.varbinds = read_varbinds(reader);
  for (const auto& words : reader.groups("vlist", 2)) out.by_set.push_back(read_set_rule(reader, words[0], words[1]));
  return out;
}

constexpr std::array<std::string_view, 4> modules{"numeric", "delay", "error", "notification"};
// They keep or fetch values elsewhere: here only what stands in the line counts.
constexpr std::array<std::string_view, 6> keepers{"writecache", "volatilecache", "sql", "redis", "subprocess", "multiplex"};

ground::Failure wrong(std::string what) { return {.kind = ground::FailureKind::malformed, .what = std::move(what)}; }

ground::Result<VariedValue> read_kept(Tag tag, std::string_view module, std::string_view text) {
  if (std::find(keepers.begin(), keepers.end(), module) == keepers.end()) {
    const auto guess = ground::nearest(module, modules);
    return wrong(in_quotes(module) + " is no module that is known here" + (guess.empty() ? "" : ", did you mean '" + guess + "'?"));
  }
  ModuleArguments reader{tag, module, text};
  VariedValue out{.value = reader.value(), .variation = {}};
  if (!out.value) return wrong(std::string{module} + ": no value= that could be served");
  return out;
}

ground::Duration base_wait(const DelayModule& module, const AskedAt& at, const Asking& asking) {
  if (asking.pdu == Pdu::set && !module.by_set.empty()) {
    for (const auto& each : module.by_set)
      if (each.rule.holds(asking.value)) return each.wait;
    return module.wait;
  }
  for (const auto& rule : module.by_time) {
    const bool holds = rule.comparison == '<'   ? at.unix_seconds < rule.unix_seconds
                       : rule.comparison == '>' ? at.unix_seconds > rule.unix_seconds
                                                : at.unix_seconds == rule.unix_seconds;
    if (holds) return rule.wait;
  }
  return module.wait;
}

// Content of a number's encoding, big-endian.
std::optional<long double> number_in(std::string_view encoded) {
  constexpr std::size_t header = 2;
  if (encoded.size() <= header || !is_number(ber::tag_of(encoded))) return std::nullopt;
  const auto content = encoded.substr(header);
  const bool negative = (static_cast<unsigned char>(content.front()) & 0x80U) != 0;
  long double out = negative && ber::tag_of(encoded) == Tag::integer ? -1 : 0;
  for (const char c : content) out = out * 256 + static_cast<unsigned char>(c);
  return out;
}

}  // namespace

bool SetRule::holds(std::string_view asked) const {
  if (asked.empty() || ber::tag_of(asked) != ber::tag_of(constant)) return false;
  if (comparison == '=') return asked == constant;
  const auto number = number_in(asked), limit = number_in(constant);
  if (number && limit) return comparison == '<' ? *number < *limit : *number > *limit;
  return comparison == '<' ? asked < constant : asked > constant;
}

std::int32_t ErrorModule::status(Pdu pdu, std::string_view asked) const {
  if (pdu == Pdu::set && !by_set.empty()) {
    for (const auto& each : by_set)
      if (each.rule.holds(asked)) return each.said.status;
    return 0;
  }
  return heeds(on, pdu) ? said.status : 0;
}

bool NotificationModule::calls(Pdu pdu, std::string_view asked) const {
  if (!heeds(on, pdu)) return false;
  return pdu != Pdu::set || by_set.empty() ||
         std::any_of(by_set.begin(), by_set.end(), [&](const auto& rule) { return rule.holds(asked); });
}

ground::Result<VariedValue> parse_variation(Tag tag, std::string_view module, std::string_view arguments) {
  if (std::find(modules.begin(), modules.end(), module) == modules.end()) return read_kept(tag, module, arguments);
  ModuleArguments reader{tag, module, arguments};
  VariedValue out;
  if (module == "numeric") {
    out.variation = read_numeric(reader);
  } else {
    out.value = reader.value();
    if (module == "delay") out.variation = read_delay(reader);
    if (module == "error") out.variation = read_error(reader);
    if (module == "notification") out.variation = read_notification(reader);
    if (!out.value) out.value = tag == Tag::octets ? ber::octets(tag, {}) : ber::empty(Tag::null);
  }
  if (auto problem = reader.problem()) return wrong(*std::move(problem));
  return out;
}

std::string numeric_value(const NumericModule& module, const AskedAt& at, std::uint64_t salt, std::optional<double>& last) {
  const double time = module.by_clock ? static_cast<double>(at.unix_seconds) : ground::seconds(at.uptime);
  double value = time * module.rate;
  if (module.function != nullptr) value = module.function(value);
  if (!std::isfinite(value)) value = 0;
  value = value * module.scale + module.offset + module.deviation * (2 * power::unit_interval(salt) - 1);
  if (module.cumulative)
    value += last.value_or(module.initial.value_or(module.min));
  else
    value += module.initial.value_or(0);
  if (value > module.max) value = module.wrap ? module.min + std::fmod(value - module.min, module.max - module.min + 1) : module.max;
  value = std::max(value, module.min);
  last = value;
  const auto whole = std::floor(value);
  if (module.tag == Tag::integer) return ber::integer(static_cast<std::int32_t>(std::max(whole, -2147483648.0)));
  if (module.tag == Tag::counter64) return ber::counter64(static_cast<std::uint64_t>(std::max(whole, 0.0)));
  return ber::unsigned32(module.tag, static_cast<std::uint32_t>(std::max(whole, 0.0)));
}

ground::Duration wait_of(const DelayModule& module, const AskedAt& at, const Asking& asking) {
  const auto base = base_wait(module, at, asking);
  if (base >= DelayModule::never) return DelayModule::never;
  const auto spread = static_cast<double>(module.deviation.count()) * (2 * power::unit_interval(asking.salt) - 1);
  return std::max(base + ground::Duration{static_cast<std::int64_t>(spread)}, ground::Duration::zero());
}

}  // namespace hwsim::agents
