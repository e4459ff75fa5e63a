#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/notification.hpp"
#include "hw-sim/agents/snmp_message.hpp"

// snmpsim's common variation modules, as they stand in a recording (`OID|TAG:MODULE|ARGUMENTS`): what makes a recorded object move, wait,
// fail or call. Arguments mean what snmpsim's documentation says.
namespace hwsim::agents {

namespace ground = holdup::ground;

/// When an object was asked for.
struct AskedAt {
  ground::Duration uptime{};      // of the simulator
  std::int64_t unix_seconds = 0;  // for what goes by the time of day
};

/// Which requests a module heeds; snmpsim's `op`.
enum class Heeds : std::uint8_t { any, get, set };
[[nodiscard]] constexpr bool heeds(Heeds what, Pdu pdu) { return what == Heeds::any || (what == Heeds::set) == (pdu == Pdu::set); }

/// A rule of a `vlist`: which values of a SET it is about.
struct SetRule {
  char comparison = '=';  // '=', '<', '>'
  std::string constant;   // encoded, of the object's type

  /// Numbers by size, texts by their bytes; never a value of another type.
  [[nodiscard]] bool holds(std::string_view asked) const;
};

/// A number that changes with time.
struct NumericModule {
  ber::Tag tag = ber::Tag::integer;
  double min = 0;
  double max = 0;
  std::optional<double> initial;
  double rate = 1;
  double scale = 1;
  double offset = 0;
  double deviation = 0;
  bool by_clock = false;  // atime
  bool wrap = false;
  bool cumulative = false;
  double (*function)(double) = nullptr;  // null: the time itself
};

/// An answer that waits, or never comes.
struct DelayModule {
  struct Rule {
    char comparison = '=';  // '=', '<', '>'
    std::int64_t unix_seconds = 0;
    ground::Duration wait{};
  };
  struct BySet {
    SetRule rule;
    ground::Duration wait{};
  };
  ground::Duration wait{500'000'000};
  ground::Duration deviation{};
  std::vector<Rule> by_time = {};  // tlist: the first that holds
  std::vector<BySet> by_set = {};  // vlist: of a SET, instead of tlist

  /// From here up the request is never answered.
  static constexpr ground::Duration never{999'999'000'000'000};
};

/// An error instead of a value.
struct ErrorModule {
  struct Said {
    std::int32_t status = 0;                 // error-status
    std::optional<ber::Tag> exception = {};  // or an exception in place of the value
  };
  struct BySet {
    SetRule rule;
    Said said;
  };
  Heeds on = Heeds::any;
  Said said = {};
  std::vector<BySet> by_set = {};  // vlist: a SET fails by the first that holds, and by nothing else

  /// The error-status of a request; 0 for none.
  [[nodiscard]] std::int32_t status(Pdu pdu, std::string_view asked) const;
};

/// A trap or inform when the object is asked for.
struct NotificationModule {
  Heeds on = Heeds::set;
  Notification notification;
  std::vector<SetRule> by_set = {};  // vlist: of SETs only those of which one holds

  [[nodiscard]] bool calls(Pdu pdu, std::string_view asked) const;
};

using Variation = std::variant<NumericModule, DelayModule, ErrorModule, NotificationModule>;

/// What a line says: a plain value, or a module (and the value that stands there, where it has one).
struct VariedValue {
  std::optional<std::string> value;  // encoded
  std::optional<Variation> variation;
};

/// `module` without its colon. snmpsim's modules that keep values elsewhere (writecache, sql…) are their plain `value=`. malformed, with
/// what is wrong: a module or argument that is not known, one that makes no sense.
[[nodiscard]] ground::Result<VariedValue> parse_variation(ber::Tag tag, std::string_view module, std::string_view arguments);

/// The next value; `last` is what it was before, and becomes what it is.
[[nodiscard]] std::string numeric_value(const NumericModule& module, const AskedAt& at, std::uint64_t salt, std::optional<double>& last);

/// What asks for an object: the request's kind, the value it brings (of a SET), and its share of chance.
struct Asking {
  Pdu pdu = Pdu::get;
  std::string_view value = {};
  std::uint64_t salt = 0;
};
[[nodiscard]] ground::Duration wait_of(const DelayModule& module, const AskedAt& at, const Asking& asking);

}  // namespace hwsim::agents
