#include <cmath>

#include "drivers/profile/library.hpp"
#include "drivers/profile/trap.hpp"
#include "drivers/snmp/expand.hpp"
#include "drivers/snmp/recording.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: a firmware profile that somebody wrote, or an override of one, and a device that is read through it.
namespace {

using namespace holdup;

constexpr std::string_view base = R"(profile: base
protocol: snmp
identify:
  - {sys_object_id: 1.3.6.1.4.1.99}
scalars:
  - {metric: rack_voltage_volts, part: inlet, oid: 1.3.6.1.4.1.99.1.0, means: input_voltage}
)";

constexpr std::string_view device = R"(1.3.6.1.2.1.1.1.0|4|a device 1.2.3
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99.1
1.3.6.1.4.1.99.1.0|2|230
1.3.6.1.4.1.99.2.1.1|2|1
1.3.6.1.4.1.99.2.1.2|66|4294967295
1.3.6.1.4.1.99.2.2.1|4|name
1.3.6.1.4.1.99.2.2.2|4x|1B5B326A00FF
1.3.6.1.4.1.99.2.3.1.7|2|-2147483648
)";

void read_through(const profile::Library& library) {
  static const auto recording = snmp::parse_recording(device);
  for (const auto& name : library.names()) HOLDUP_EXPECT(library.find(name) != nullptr);
  std::vector<const profile::Profile*> profiles;
  for (const auto& candidate : library.candidates(recording.seen)) profiles.push_back(candidate.profile);
  (void)snmp::needs(profiles);
  for (const auto spares : {snmp::Spares::dropped, snmp::Spares::kept})
    for (const auto& measured : snmp::expand(profiles, recording.answers, spares)) {
      for (const auto& [key, value] : measured.point.labels) HOLDUP_EXPECT(ground::printable(value) == value);
      HOLDUP_EXPECT(std::isfinite(snmp::take_reading(measured, recording.answers.find(measured.oid)).value));
    }
  const auto identity = snmp::identity(profiles, recording.answers, recording.seen);
  HOLDUP_EXPECT(ground::printable(identity.model) == identity.model);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  static const bool base_is_sound = [] {
    ground::Problems none;
    (void)profile::Library::load({{"base.yaml", std::string{base}}}, none);
    return none.all().empty();
  }();
  HOLDUP_EXPECT(base_is_sound);
  ground::Problems problems;
  const auto library = profile::Library::load({{"base.yaml", std::string{base}}, {"fuzzed.yaml", text, 1}}, problems);
  for (const auto& problem : problems.all()) {
    const auto said = problem.text();
    HOLDUP_EXPECT(ground::printable(said) == said);
  }
  if (!problems.ok()) return 0;
  read_through(library);
  (void)profile::TrapBook{library};
  return 0;
}
