#include "hw-sim/agents/variation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "ground/number.hpp"
#include "hw-sim/agents/credentials.hpp"
#include "hw-sim/agents/value_text.hpp"
#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;
using Arguments = std::map<std::string, std::string, std::less<>>;

constexpr double longest_wait_ms = 999'999;  // snmpsim's: beyond it the request is dropped

// "value=ESX Server 1,file=x". A comma ends a value only where another `name=` follows.
Arguments split_arguments(std::string_view text) {
  Arguments out;
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) break;
    const std::string key{text.substr(0, equals)};
    text.remove_prefix(equals + 1);
    auto comma = text.find(',');
    for (; comma != std::string_view::npos; comma = text.find(',', comma + 1)) {
      const auto name_end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", comma + 1);
      if (name_end != std::string_view::npos && name_end > comma + 1 && text[name_end] == '=') break;
    }
    out[key] = std::string{text.substr(0, comma)};
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

// Reads arguments one by one and remembers whether all were what they should be.
class Reader {
 public:
  Reader(Tag tag, std::string_view text) : tag_{tag}, arguments_{split_arguments(text)} {}

  std::optional<std::string> text(std::string_view key) const {
    const auto at = arguments_.find(key);
    return at == arguments_.end() ? std::nullopt : std::optional{at->second};
  }
  std::optional<double> number(std::string_view key) {
    const auto word = text(key);
    if (!word) return std::nullopt;
    const auto value = ground::parse_number(*word);
    ok_ = ok_ && value;
    return value;
  }
  bool flag(std::string_view key) { return number(key).value_or(0) != 0; }
  std::optional<std::string> value() {
    std::optional<std::string> out;
    if (const auto hex = text("hexvalue")) {
      const auto content = from_hex(*hex);
      out = content ? value_of_text(tag_, *content, Form::hex) : std::nullopt;
    } else if (const auto plain = text("value")) {
      out = value_of_text(tag_, *plain, Form::plain);
    } else {
      return std::nullopt;
    }
    ok_ = ok_ && out;
    return out;
  }
  Heeds heeds(Heeds unless_told) {
    const auto word = text("op");
    if (!word) return unless_told;
    ok_ = ok_ && (*word == "any" || *word == "get" || *word == "set");
    return *word == "get" ? Heeds::get : *word == "set" ? Heeds::set : Heeds::any;
  }
  std::optional<Oid> oid(std::string_view key) {
    const auto word = text(key);
    if (!word) return std::nullopt;
    const auto out = parse_oid(*word);
    ok_ = ok_ && out;
    return out;
  }
  void refuse() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] Tag tag() const { return tag_; }

 private:
  Tag tag_;
  Arguments arguments_;
  bool ok_ = true;
};

std::vector<std::string> pieces(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

double largest(Tag tag) {
  if (tag == Tag::integer) return std::numeric_limits<std::int32_t>::max();
  return tag == Tag::counter64 ? 18446744073709549568.0 : 4294967295.0;  // the first is the largest double below 2^64
}

bool is_number(Tag tag) {
  return tag == Tag::integer || tag == Tag::counter32 || tag == Tag::gauge32 || tag == Tag::time_ticks || tag == Tag::counter64;
}

using Function = double (*)(double);
constexpr std::array<std::pair<std::string_view, Function>, 12> functions{{
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
}};

NumericModule read_numeric(Reader& reader) {
  const auto tag = reader.tag();
  if (!is_number(tag)) reader.refuse();
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
  if (out.max < out.min) reader.refuse();
  if (const auto name = reader.text("function")) {
    const auto at = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.first == *name; });
    if (at == functions.end())
      reader.refuse();
    else
      out.function = at->second;
  }
  return out;
}

ground::Duration wait_of_ms(double ms) {
  if (ms > longest_wait_ms) return DelayModule::never;
  return ground::Duration{static_cast<std::int64_t>(std::max(ms, 0.0) * 1e6)};
}

DelayModule read_delay(Reader& reader) {
  DelayModule out;
  if (const auto wait = reader.number("wait")) out.wait = wait_of_ms(*wait);
  if (const auto deviation = reader.number("deviation")) out.deviation = wait_of_ms(std::abs(*deviation));
  const auto list = reader.text("tlist");
  if (!list) return out;
  const auto words = pieces(*list, ':');
  if (words.size() % 3 != 0) reader.refuse();
  for (std::size_t i = 0; i + 2 < words.size(); i += 3) {
    const auto seconds = ground::parse_integer(words[i + 1]);
    const auto wait = ground::parse_number(words[i + 2]);
    const char comparison = words[i] == "lt" ? '<' : words[i] == "gt" ? '>' : '=';
    if (!seconds || !wait || (comparison == '=' && words[i] != "eq")) return reader.refuse(), out;
    out.by_time.push_back({.comparison = comparison, .unix_seconds = *seconds, .wait = wait_of_ms(*wait)});
  }
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

ErrorModule read_error(Reader& reader) {
  ErrorModule out{.on = reader.heeds(Heeds::any)};
  auto name = reader.text("status").value_or("genError");
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto named = [&](const auto& entry) { return entry.first == name; };
  if (const auto at = std::find_if(statuses.begin(), statuses.end(), named); at != statuses.end())
    out.status = at->second;
  else if (const auto exception = std::find_if(exceptions.begin(), exceptions.end(), named); exception != exceptions.end())
    out.exception = exception->second;
  else
    reader.refuse();
  if (reader.text("vlist") && !reader.text("status")) out.on = Heeds::set;  // a list of SET values: nothing else fails
  return out;
}

// "OID:TYPE:VALUE:OID:TYPE:VALUE…" with snmpsim's letters.
std::vector<Varbind> read_varbinds(Reader& reader, const std::string& list) {
  constexpr std::string_view theirs = "shioaugtbI";
  constexpr std::string_view ours = "sxioauutsC";
  std::vector<Varbind> out;
  const auto words = pieces(list, ':');
  if (words.size() % 3 != 0) reader.refuse();
  for (std::size_t i = 0; i + 2 < words.size(); i += 3) {
    const auto letter = words[i + 1].size() == 1 ? theirs.find(words[i + 1][0]) : std::string_view::npos;
    const auto oid = parse_oid(words[i]);
    const auto value = letter == std::string_view::npos ? std::nullopt : value_of_letter(ours[letter], words[i + 2]);
    if (!oid || !value) return reader.refuse(), out;
    out.push_back({*oid, *value});
  }
  return out;
}

std::optional<V3User> read_trap_user(Reader& reader) {
  const auto name = reader.text("user");
  if (!name) return std::nullopt;
  V3User user{.name = *name};
  if (const auto key = reader.text("authkey")) {
    user.auth = auth_named(reader.text("authproto").value_or("md5"));
    user.auth_passphrase = *key;
    if (user.auth == Auth::none || key->size() < shortest_passphrase) reader.refuse();
  }
  if (const auto key = reader.text("privkey")) {
    user.priv = priv_named(reader.text("privproto").value_or("des"));
    user.priv_passphrase = *key;
    if (user.priv == Priv::none || user.auth == Auth::none || key->size() < shortest_passphrase) reader.refuse();
  }
  return user;
}

NotificationModule read_notification(Reader& reader) {
  using scenario::TrapVersion;
  constexpr std::uint16_t trap_port = 162;
  NotificationModule out{.on = reader.heeds(Heeds::set), .notification = {.oid = {1, 3, 6, 1, 6, 3, 1, 1, 5, 1}}};
  auto& trap = out.notification;
  const auto version = reader.text("version").value_or("2c");
  trap.version = version == "1" ? TrapVersion::v1 : version == "3" ? TrapVersion::v3 : TrapVersion::v2c;
  trap.inform = reader.text("ntftype").value_or("trap") == "inform";
  if (version != "1" && version != "2c" && version != "3") reader.refuse();
  if (trap.inform && trap.version == TrapVersion::v1) reader.refuse();
  trap.community = reader.text("community").value_or("public");
  trap.oid = reader.oid("trapoid").value_or(trap.oid);
  trap.enterprise = reader.oid("enterprise");
  if (const auto ticks = reader.number("uptime")) trap.uptime_ticks = static_cast<std::uint32_t>(std::clamp(*ticks, 0.0, 4294967295.0));
  trap.user = read_trap_user(reader);
  if (trap.version == TrapVersion::v3 && !trap.user) reader.refuse();
  const auto port = reader.number("port").value_or(trap_port);
  if (const auto host = reader.text("host")) {
    trap.to = parse_host_port((host->find(':') == std::string::npos ? *host : "[" + *host + "]") + ":" + ground::number_text(port));
    if (!trap.to) reader.refuse();
  }
  if (const auto list = reader.text("varbinds")) trap.varbinds = read_varbinds(reader, *list);
  return out;
}

}  // namespace

std::optional<VariedValue> parse_variation(Tag tag, std::string_view module, std::string_view arguments) {
  Reader reader{tag, arguments};
  VariedValue out;
  if (module == "numeric") {
    out.variation = read_numeric(reader);
  } else {
    out.value = reader.value();
    if (module == "delay") out.variation = read_delay(reader);
    if (module == "error") out.variation = read_error(reader);
    if (module == "notification") out.variation = read_notification(reader);
    if (!out.variation && !out.value) return std::nullopt;
    if (!out.value) out.value = tag == Tag::octets ? ber::octets(tag, {}) : ber::empty(Tag::null);
  }
  return reader.ok() ? std::optional{std::move(out)} : std::nullopt;
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

ground::Duration wait_of(const DelayModule& module, const AskedAt& at, std::uint64_t salt) {
  for (const auto& rule : module.by_time) {
    const bool holds = rule.comparison == '<'   ? at.unix_seconds < rule.unix_seconds
                       : rule.comparison == '>' ? at.unix_seconds > rule.unix_seconds
                                                : at.unix_seconds == rule.unix_seconds;
    if (holds) return rule.wait;
  }
  if (module.wait >= DelayModule::never) return DelayModule::never;
  const auto spread = static_cast<double>(module.deviation.count()) * (2 * power::unit_interval(salt) - 1);
  return std::max(module.wait + ground::Duration{static_cast<std::int64_t>(spread)}, ground::Duration::zero());
}

}  // namespace hwsim::agents
