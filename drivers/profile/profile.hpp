#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/profile/conversion.hpp"
#include "drivers/profile/oid.hpp"
#include "drivers/profile/trap.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/plausibility.hpp"
#include "drivers/reading/point.hpp"
#include "ground/instant.hpp"
#include "ground/pattern/pattern.hpp"

// A firmware profile as read from its YAML file: what a device family can tell and how. drivers/snmp expands the scalars and tables
// against a device's answers, drivers/modbus turns the registers into points. firmware-profiles/README.md describes the file. Pure.
namespace holdup::profile {

enum class Protocol : std::uint8_t { snmp, modbus };

/// Whether objects that are cleared by being read may be read.
enum class Clearing : std::uint8_t { refused, allowed };

/// What a value means and how it is told; common to all protocols. tellings() makes points of it.
struct Rule {
  std::string metric;  // "rack_current_amperes"; "rack_state_code" where states are given
  std::string part;    // the label "part": inlet, outlet, phase, …
  reading::Meaning means = reading::Meaning::none;
  reading::Lane lane = reading::Lane::routine;
  std::optional<ground::Duration> refresh;
  std::optional<ground::Duration> every;  // a period of its own instead of its lane's
  std::shared_ptr<const reading::StateTable> states;
  std::shared_ptr<const std::vector<std::int64_t>> harmless;  // of an input_fail_cause: codes that tell of no failure
  bool clear_on_read = false;                                 // the device forgets it once it was read: not asked unless the site allows it
  Conversion conversion;
  /// Another meaning that is true or false, told by the same codes.
  struct Also {
    reading::Meaning means{};
    std::vector<std::int64_t> yes, no;
  };
  std::vector<Also> also;
};

/// One point that a rule tells, without labels and source, and how its number is made.
struct Telling {
  reading::Point point;
  Conversion conversion;
};
/// One telling; more where a state also answers yes-or-no meanings: the state with the device's code, and "rack_outlet_on",
/// "rack_supply_input_ok"… with 1 or 0, which carry the meanings.
[[nodiscard]] std::vector<Telling> tellings(const Rule& rule);

/// Holds a row back, or lets it through, by a part of its index or by an object or another column of the same row.
struct Condition {
  std::uint32_t index_part = 0;                // 1-based; 0: by the column
  Oid column;                                  // looked up by the row's whole index, else by its first parts
  std::vector<std::int64_t> is, is_not;        // one of these, none of these; a missing column passes is_not
  std::vector<std::string> is_text, not_text;  // … or as texts, whatever their case
  std::optional<ground::Pattern> matches;      // the text does, somewhere
  std::optional<ground::Pattern> matches_not;  // the text nowhere does
  std::optional<unsigned> bit;                 // of a BITS column, 0 = first bit of the first byte

  /// True when a row without the cell passes.
  [[nodiscard]] bool passes_missing() const { return is.empty() && is_text.empty() && !matches && !bit; }
};

enum class RegisterType : std::uint8_t { u16, s16, u32, s32, u64, s64, f32, f64, bcd16, bcd32, bcd64, string };
enum class WordOrder : std::uint8_t { big, little };  // of the registers in a wider value: most significant first, or last
enum class ByteOrder : std::uint8_t { big, little };  // of the two bytes in a register: as the specification has it, or swapped

/// Where a text (a name, an index, a model) comes from: an SNMP object or column, Modbus registers, a piece of sysDescr, or a fixed text
/// in which {1}, {2}… stand for the parts of the row's index, {index} for its label, {text} for the characters an index spells.
struct TextSource {
  enum class Kind : std::uint8_t { fixed, oid, description, registers, identification };
  Kind kind = Kind::fixed;
  std::string text;        // fixed; or, for description, what stands before it ("MN:")
  std::vector<Oid> cells;  // fixed: what {@0}, {@1}… in it stand for
  Oid oid;                 // an object, or a column
  Oid by;                  // the column of this row whose value is the index to look `oid` up by; empty: the row's own
  bool first = false;      // of an identity: `oid` is a column, and the first row whose `where` holds counts
  std::vector<Condition> where;
  std::optional<ground::Pattern> extract;  // what of the text counts
  std::uint8_t function = 3;               // registers: read function 3 or 4
  std::uint16_t address = 0, count = 0;    // registers: first and number, two characters each; identification: the object
  std::uint16_t model = 0;                 // registers: not 0: of a SunSpec chain's model; the address counts from its first register
  ByteOrder bytes = ByteOrder::big;        // registers
  enum class As : std::uint8_t { text, number, hex };
  As as = As::text;  // registers: what they hold; a number has the most significant register first
};
/// The first that answers with a text counts.
using TextSources = std::vector<TextSource>;

struct UnitFactor {
  std::string unit;  // the device's code or word for it
  double multiply = 1, divide = 1, offset = 0;
};

/// What the device says of a value's scale: objects, or cells of the value's row. Empty: nothing.
struct Scaling {
  Oid digits;    // raw ÷ 10^it
  Oid exponent;  // raw × 10^it
  Oid scale;     // raw × it; below 0, raw ÷ its amount; 0 is 1
  Oid times;     // raw × it
  Oid unit;      // the unit; one that is not listed leaves the point out
  std::vector<UnitFactor> units;
};

struct Scalar {
  Oid oid;
  Rule rule;
  Scaling scaling;
  TextSources index, name;
};

struct Column {
  Oid oid;
  Rule rule;
  TextSources name;  // instead of the table's, where given
  std::vector<Condition> where;
  Scaling scaling;
};

struct Table {
  std::vector<Column> columns;
  std::vector<Condition> where;
  TextSources index, name;
  std::optional<Condition> available;  // read along with every value: while it does not hold, there is no reading
  TextSources unit;                    // number of the chained unit; unit 1 keeps the printed numbers, others get "UNIT-" in front of them
};

/// Parts that have a serial number of their own: over SNMP a row of the column that the serial stands in is one, over Modbus each entry.
struct Plate {
  std::string part;
  TextSources index, serial, model, firmware;
  std::vector<Condition> where;
};

/// A condition that is looked at once, when the device is identified: where it fails, the register has no point.
struct RegisterCondition {
  std::uint8_t function = 3;  // 3 or 4
  std::uint16_t address = 0;
  std::uint16_t mask = 0xFFFF;           // what of the register counts, as it stands
  std::vector<std::int64_t> is, is_not;  // one of these; none of these
};

struct Register {
  std::uint8_t function = 3;  // 1 coils, 2 discrete inputs, 3 holding, 4 input registers
  std::uint16_t address = 0;  // 0-based, as in the PDU; in a SunSpec model, from the register of its id on
  RegisterType type = RegisterType::u16;
  WordOrder words = WordOrder::big;
  ByteOrder bytes = ByteOrder::big;
  std::uint16_t count = 0;                // registers of a text; 0: as many as the type has
  std::optional<std::uint16_t> exponent;  // a signed register of the same table, read along: raw × 10^it
  std::vector<RegisterCondition> where;
  Rule rule;  // with rule.conversion.bit for one bit of it
  std::string index, name;
};

/// Registers that a device lets itself be read in one piece, named or not.
struct RegisterBlock {
  std::uint8_t function = 3;
  std::uint16_t address = 0, count = 0;
};

/// What a SunSpec device tells in models of these numbers: SunSpec Device Information Model Specification, 4 and 5.
struct ModelTable {
  std::vector<std::uint16_t> models;
  std::vector<Register> points;
  std::vector<Register> repeated;     // once for each repetition, `every` registers further on each time
  std::uint16_t from = 0, every = 0;  // where the repetitions begin, and how long one is
};

/// What a Modbus device must say for a profile to fit: a text in its registers, or a number (of one register, or two); or a text in its
/// device identification.
struct RegisterSign {
  std::uint8_t function = 3;             // 3 or 4; 0x2B: the object at `address` of the device identification
  std::uint16_t address = 0, count = 1;  // two characters each
  std::string contains;                  // the text does
  std::vector<std::int64_t> is;          // or the number, most significant register first, is one of these
  ByteOrder bytes = ByteOrder::big;
};

struct Identify {
  std::vector<RegisterSign> registers;         // Modbus: all of these agree; SNMP has none of them
  std::vector<Oid> object_ids;                 // sysObjectID begins with one of these
  std::vector<std::string> descriptions;       // and, where given, sysDescr contains one of these
  std::vector<Oid> answers;                    // and, where given, the device answers below each of these
  std::optional<ground::Pattern> matches;      // and, where given, sysDescr does
  std::optional<ground::Pattern> model;        // and the model that the profile's identity gives
  std::string firmware_from, firmware_before;  // and its firmware lies in this range
};

struct Quirks {
  std::uint32_t max_repetitions = 0;           // GETBULK; 0: the driver's own, 1: GETNEXT only
  std::uint32_t max_varbinds = 0;              // a GET; 0: the driver's own
  std::uint16_t max_registers = 125;           // a Modbus read
  std::uint16_t register_gap = 0;              // unlisted registers that may be read along to merge two reads
  std::uint16_t pipeline = 1;                  // Modbus TCP requests that it bears at once
  bool v1_only = false;                        // its SNMP v2c is not to be trusted
  std::optional<ground::Duration> turnaround;  // from a question's end to its answer's begin, as it was measured
  reading::Pace pace;
};

struct Profile {
  std::string name, vendor, about, file;
  std::vector<std::string> overrides;  // files of the operator that changed it
  int line = 0, extends_line = 0;      // of the file, where they say name and parents
  Protocol protocol = Protocol::snmp;
  Oid any;  // where `base` ends in `.*`: what stands before it. OIDs below carry any_arc there until they are made concrete
  std::vector<std::string> extends;
  std::vector<Identify> identify;       // any of them
  std::uint32_t standard = 0;           // a standard MIB: read after the vendors' profiles, in this order; 0: a vendor's
  std::vector<std::string> instead_of;  // profiles that are not read beside it: what the device says there is wrong
  TextSources vendor_text, model, firmware, serial;
  Quirks quirks;
  std::vector<Scalar> scalars;
  std::vector<Table> tables;
  std::vector<Register> registers;
  std::vector<Plate> parts;
  std::vector<reading::Invariant> invariants;
  std::vector<std::uint16_t> sunspec;  // where a SunSpec chain may begin, in this order; the profile fits a device that has one
  std::vector<ModelTable> models;      // what is read of the models in its chain
  std::vector<RegisterBlock> blocks;   // of a profile as a device has it: its models
  std::vector<TrapRule> traps;         // looked up over all profiles, not taken over by `extends`
};

inline constexpr std::uint32_t any_arc = 0xFFFFFFFF;

[[nodiscard]] inline bool may_read(const Rule& rule, Clearing clearing) { return !rule.clear_on_read || clearing == Clearing::allowed; }

/// The profile with `arc` where its base says any.
[[nodiscard]] Profile concrete(Profile profile, std::uint32_t arc);

/// Registers that a value of the type occupies.
[[nodiscard]] constexpr std::uint16_t width(RegisterType type) {
  switch (type) {
    case RegisterType::u16:
    case RegisterType::s16:
    case RegisterType::bcd16:
      return 1;
    case RegisterType::u32:
    case RegisterType::s32:
    case RegisterType::f32:
    case RegisterType::bcd32:
      return 2;
    default:
      return 4;
  }
}
[[nodiscard]] constexpr std::uint16_t width(const Register& field) { return field.count != 0 ? field.count : width(field.type); }

}  // namespace holdup::profile
