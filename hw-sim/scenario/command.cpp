#include "hw-sim/scenario/command.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "ground/number.hpp"
#include "hw-sim/power/upstream.hpp"
#include "hw-sim/scenario/words.hpp"

namespace hwsim::scenario {
namespace {

using ground::Duration;
using ground::Element;
using ground::Result;

constexpr Duration longest = std::chrono::hours{24 * 30};  // of a for= or ms=: no timeline is longer

constexpr std::array forms{
    Form{"fail", "fail ELEMENT [phase=1|neutral] [kind=removed] [for=300ms]"},
    Form{"restore", "restore ELEMENT"},
    Form{"set", "set ELEMENT volts=196|watts=1200|fan=0.7|state=off|charge=0.3|hertz=50.2|mode=eco [phase=1]"},
    Form{"wear", "wear ELEMENT kind=fan|capacitor|efficiency|battery|contact|insulation|dust|sharing|charger life=40d [spent=0.3]"},
    Form{"replace", "replace ELEMENT"},
    Form{"fault", "fault device/NAME|contact/NAME kind=silent [ms=500] [ratio=0.3] [code=4] [value=0] [point=NAME:INDEX]"},
    Form{"clear", "clear device/NAME|contact/NAME [kind=silent]"},
    Form{"trap", "trap device/NAME oid=OID [OID=TYPE:VALUE]... [version=2c] [inform=true] [to=HOST:PORT]"},
    Form{"maintenance", "maintenance ELEMENT [for=1h]"},
    Form{"status", "status", false}};

Result<FaultKind> parse_kind(std::string_view word) {
  const auto at = std::find(fault_names.begin(), fault_names.end(), word);
  if (at == fault_names.end()) return wrong("no fault is called " + in_quotes(word) + one_of(word, fault_names));
  return static_cast<FaultKind>(at - fault_names.begin());
}

Result<Duration> parse_length(std::string_view text) {
  const auto length = ground::parse_duration(text);
  if (length && *length > Duration::zero() && *length <= longest) return *length;
  return wrong(in_quotes(text) + " is no duration for this; write a number and its unit, as in for=300ms");
}

Result<Command> parse_maintenance(const Form& form, const Element& element, std::span<const Word> options) {
  static constexpr std::array<std::string_view, 1> keys{"for"};
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  Maintenance window{.element = element};
  if (const auto text = option(options, "for")) {
    const auto length = parse_length(*text);
    if (!length) return length.error();
    window.lasts = *length;
  }
  return Command{window};
}

Result<int> parse_phase(std::string_view text) {
  const auto phase = ground::parse_integer(text);
  if (!phase || *phase < 1 || *phase > 3) return wrong(in_quotes(text) + " is no phase; write phase=1, 2 or 3");
  return static_cast<int>(*phase);
}

Result<Command> parse_fail(const Form& form, const Element& element, std::span<const Word> options) {
  static constexpr std::array<std::string_view, 3> keys{"for", "phase", "kind"};
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  power::Fail fail{.element = element, .phase = {}};
  if (const auto text = option(options, "phase")) {
    const auto phase = *text == "neutral" ? Result<int>{power::neutral} : parse_phase(*text);
    if (!phase) return phase.error();
    fail.phase = *phase;
  }
  if (const auto text = option(options, "kind")) {
    if (*text != "removed") return wrong("a failure is of no kind, or kind=removed, not " + in_quotes(*text));
    fail.removed = true;
  }
  if (const auto text = option(options, "for")) {
    const auto length = parse_length(*text);
    if (!length) return length.error();
    fail.lasts = *length;
  }
  return Command{fail};
}

Result<Command> parse_restore(const Form& form, const Element& element, std::span<const Word> options) {
  if (const auto checked = check_options(form, options, {}); !checked) return checked.error();
  return Command{power::Restore{.element = element}};
}

Result<Command> parse_wear(const Form& form, const Element& element, std::span<const Word> options) {
  static constexpr std::array<std::string_view, 3> keys{"kind", "life", "spent"};
  constexpr Duration longest_life = std::chrono::hours{24 * 365 * 30};
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  const auto kind = option(options, "kind"), life = option(options, "life"), spent = option(options, "spent");
  if (!kind || !life) return wrong("wear needs kind= and life=; write: " + std::string{form.text});
  const auto& names = power::wear_names;
  const auto named = std::find(names.begin(), names.end(), *kind);
  if (named == names.end()) return wrong("nothing that wears is called " + in_quotes(*kind) + one_of(*kind, names));
  const auto length = ground::parse_duration(*life);
  if (!length || *length < std::chrono::seconds{1} || *length > longest_life)
    return wrong(in_quotes(*life) + " is no life; write a second to 30 years (10950d), as in life=40d");
  power::Wearing wearing{.element = element, .kind = static_cast<power::WearKind>(named - names.begin()), .life = *length};
  if (spent) {
    const auto share = ground::parse_number(*spent);
    if (!share || *share < 0 || *share >= 1)
      return wrong(in_quotes(*spent) + " is no share of a life; write 0 to below 1, as in spent=0.3");
    wearing.spent = *share;
  }
  return Command{wearing};
}

Result<Command> parse_replace(const Form& form, const Element& element, std::span<const Word> options) {
  if (const auto checked = check_options(form, options, {}); !checked) return checked.error();
  return Command{power::Replace{.element = element}};
}

Result<double> parse_setting(power::Key key, std::string_view text) {
  if (key == power::Key::state) {
    static constexpr std::array<std::string_view, 3> states{"off", "on", "standby"};
    const auto at = std::find(states.begin(), states.end(), text);
    if (at == states.end()) return wrong(in_quotes(text) + " is no state; write state=on, state=off or state=standby");
    return static_cast<double>(at - states.begin());
  }
  if (key == power::Key::mode) {
    const auto& modes = power::ups_mode_names;
    const auto at = std::find(modes.begin(), modes.end(), text);
    if (at == modes.end()) return wrong(in_quotes(text) + " is no mode" + one_of(text, modes));
    return static_cast<double>(at - modes.begin());
  }
  const auto number = ground::parse_number(text);
  if (!number || (*number < 0 && key != power::Key::volts))
    return wrong(in_quotes(text) + " is no value of " + std::string{power::key_names[static_cast<std::size_t>(key)]} +
                 "; write digits without a unit");
  return *number;
}

Result<Command> parse_set(const Form& form, const Element& element, std::span<const Word> options) {
  std::vector<std::string_view> keys{power::key_names.begin(), power::key_names.end()};
  keys.emplace_back("phase");
  if (options.empty()) return wrong("set what? write: " + std::string{form.text});
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  power::Set set{.element = element, .settings = {}};
  for (const Word& word : options) {
    if (word.key == "phase") {
      const auto phase = parse_phase(word.value);
      if (!phase) return phase.error();
      set.phase = *phase;
      continue;
    }
    const auto key = static_cast<power::Key>(std::find(keys.begin(), keys.end(), word.key) - keys.begin());
    const auto value = parse_setting(key, word.value);
    if (!value) return value.error();
    set.settings.push_back({.key = key, .value = *value});
  }
  if (set.settings.empty()) return wrong("set what? write: " + std::string{form.text});
  if (set.phase && std::any_of(set.settings.begin(), set.settings.end(), [](const auto& s) { return s.key != power::Key::volts; }))
    return wrong("phase= goes with volts= alone");
  return Command{set};
}

bool takes_length(FaultKind kind) {
  switch (kind) {
    case FaultKind::slow:
    case FaultKind::late:
    case FaultKind::reboot:
    case FaultKind::replaced:
    case FaultKind::drip:
    case FaultKind::gaps:
    case FaultKind::drop_idle:
    case FaultKind::eft:
    case FaultKind::chatter:
      return true;
    default:
      return lies_on_objects(kind) && !changes_walks(kind);
  }
}

/// What `ms=` says of it is how long it lasts: it has no other length.
bool lasts(FaultKind kind) { return kind < FaultKind::no_bulk && kind != FaultKind::slow && kind != FaultKind::late; }

bool takes_ratio(FaultKind kind) {
  return kind < FaultKind::no_bulk || kind == FaultKind::reshaping || kind == FaultKind::scaled ||
         (kind >= FaultKind::exception && kind <= FaultKind::echo);
}

/// The most that `value=` (code= of an exception) may say; nothing where it says nothing.
std::optional<std::int64_t> most_value(FaultKind kind) {
  switch (kind) {
    case FaultKind::mbap_length:
    case FaultKind::protocol_id:
      return UINT16_MAX;
    case FaultKind::exception:
    case FaultKind::byte_count:
      return UINT8_MAX;
    case FaultKind::data_size:
      return 250;
    case FaultKind::connection_limit:
      return 256;
    default:
      return std::nullopt;
  }
}

Result<void> take_length(Fault& fault, std::string_view text) {
  const bool registers = fault.kind == FaultKind::frozen || fault.kind == FaultKind::zeros;
  if (!takes_length(fault.kind) && !lasts(fault.kind) && !registers) return wrong("ms= does not go with " + std::string{name(fault.kind)});
  const auto ms = ground::parse_number(text);
  const double most = std::chrono::duration<double, std::milli>(longest).count();
  if (!ms || *ms < 0 || *ms > most) return wrong(in_quotes(text) + " is no number of milliseconds; write digits, as in ms=500");
  const Duration length{static_cast<std::int64_t>(*ms * 1e6)};
  (lasts(fault.kind) || registers ? fault.lasts : fault.length) = length;
  return {};
}

Result<void> take_ratio(Fault& fault, std::string_view text) {
  if (!takes_ratio(fault.kind)) return wrong("ratio= does not go with " + std::string{name(fault.kind)});
  const auto ratio = ground::parse_number(text);
  if (fault.kind == FaultKind::scaled) {
    if (!ratio || *ratio < 0 || *ratio > 1000) return wrong(in_quotes(text) + " is no scale; write 0 to 1000, as in ratio=0.5");
  } else if (!ratio || *ratio < 0 || *ratio > 1) {
    return wrong(in_quotes(text) + " is no ratio; write 0 to 1, as in ratio=0.3");
  }
  fault.ratio = *ratio;
  return {};
}

Result<void> take_value(Fault& fault, std::string_view key, std::string_view text) {
  const auto most = most_value(fault.kind);
  const bool code = fault.kind == FaultKind::exception;
  if (!most || code != (key == "code"))
    return wrong(code ? "an exception has a code=" : std::string{key} + "= does not go with " + std::string{name(fault.kind)});
  const auto number = ground::parse_integer(text);
  if (!number || *number < 0 || *number > *most) return wrong(in_quotes(text) + " is not between 0 and " + std::to_string(*most));
  fault.value = static_cast<std::uint16_t>(*number);
  return {};
}

Result<void> take_point(Fault& fault, std::string_view text) {
  if (!takes_point(fault.kind)) return wrong("point= does not go with " + std::string{name(fault.kind)});
  const auto quantity = text.substr(0, text.find(':'));
  const auto& names = power::quantity_names;
  const auto at = std::find(names.begin(), names.end(), quantity);
  if (at == names.end()) return wrong("nothing measured is called " + in_quotes(quantity) + one_of(quantity, names));
  fault.point = PointName{.quantity = static_cast<power::Quantity>(at - names.begin())};
  if (quantity.size() < text.size()) fault.point->index = text.substr(quantity.size() + 1);
  return {};
}

/// Faults lie on what talks; those of contacts on contacts.
Result<void> check_place(const Form& form, const Element& element, std::optional<FaultKind> kind) {
  if (element.is("contact")) {
    if (!kind || lies_on_contact(*kind)) return {};
    return wrong("a contact takes eft, chatter, welded and broken, not " + std::string{name(*kind)});
  }
  if (const auto checked = check_device(form, element); !checked) return checked.error();
  if (kind && lies_on_contact(*kind)) return wrong(std::string{name(*kind)} + " lies on a contact, as in contact/cab1-psu1");
  return {};
}

Result<Command> parse_fault(const Form& form, const Element& element, std::span<const Word> options) {
  static constexpr std::array<std::string_view, 6> keys{"kind", "ms", "ratio", "code", "value", "point"};
  if (const auto checked = check_place(form, element, {}); !checked) return checked.error();
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  const auto word = option(options, "kind");
  if (!word) return wrong("which fault? write: " + std::string{form.text});
  const auto kind = parse_kind(*word);
  if (!kind) return kind.error();
  if (const auto checked = check_place(form, element, *kind); !checked) return checked.error();
  Fault fault{.element = element, .kind = *kind};
  if (const auto text = option(options, "ms"))
    if (const auto taken = take_length(fault, *text); !taken) return taken.error();
  if (const auto text = option(options, "ratio"))
    if (const auto taken = take_ratio(fault, *text); !taken) return taken.error();
  if (const auto text = option(options, "point"))
    if (const auto taken = take_point(fault, *text); !taken) return taken.error();
  for (const char* key : {"code", "value"})
    if (const auto text = option(options, key))
      if (const auto taken = take_value(fault, key, *text); !taken) return taken.error();
  return Command{fault};
}

Result<Command> parse_clear(const Form& form, const Element& element, std::span<const Word> options) {
  static constexpr std::array<std::string_view, 1> keys{"kind"};
  if (const auto checked = check_place(form, element, {}); !checked) return checked.error();
  if (const auto checked = check_options(form, options, keys); !checked) return checked.error();
  Clear clear{.element = element};
  if (const auto word = option(options, "kind")) {
    const auto kind = parse_kind(*word);
    if (!kind) return kind.error();
    if (const auto checked = check_place(form, element, *kind); !checked) return checked.error();
    clear.kind = *kind;
  }
  return Command{clear};
}

}  // namespace

Result<Command> parse_command(std::string_view text) {
  const auto words = split(text);
  std::vector<std::string_view> verbs;
  for (const Form& form : forms) verbs.push_back(form.verb);
  if (words.empty()) return wrong("no command" + one_of("", verbs));
  const auto form = std::find_if(forms.begin(), forms.end(), [&](const Form& f) { return f.verb == words[0].key && !words[0].has_value; });
  if (form == forms.end()) return wrong("no command is called " + in_quotes(words[0].key) + one_of(words[0].key, verbs));
  if (!form->takes_element) {
    if (words.size() > 1) return wrong(in_quotes(words[1].key) + " is one word too many; write: " + std::string{form->text});
    return Command{Status{}};
  }
  if (words.size() < 2 || words[1].has_value) return wrong(std::string{form->verb} + " what? write: " + std::string{form->text});
  const auto element = Element::parse(words[1].key);
  if (!element) return wrong(in_quotes(words[1].key) + " is no element; write one as in feed/A, pdu-a, pdu-a/outlet/3, cab1/psu1");
  const std::span options{words.begin() + 2, words.end()};
  if (form->verb == "fail") return parse_fail(*form, *element, options);
  if (form->verb == "restore") return parse_restore(*form, *element, options);
  if (form->verb == "set") return parse_set(*form, *element, options);
  if (form->verb == "wear") return parse_wear(*form, *element, options);
  if (form->verb == "replace") return parse_replace(*form, *element, options);
  if (form->verb == "maintenance") return parse_maintenance(*form, *element, options);
  if (form->verb == "trap") return parse_trap(*form, *element, options);
  return form->verb == "fault" ? parse_fault(*form, *element, options) : parse_clear(*form, *element, options);
}

Element element_of(const Command& command) {
  return std::visit(
      [](const auto& c) {
        if constexpr (requires { c.element; }) return c.element;
        return Element{};
      },
      command);
}

}  // namespace hwsim::scenario
