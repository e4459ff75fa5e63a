#include <cmath>
#include <cstdint>

#include "drivers/profile/files/profile_files.hpp"
#include "drivers/snmp/expand.hpp"
#include "drivers/snmp/recording.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: a recording as `profile test` reads it: whatever tables a device has, the shipped profiles make points of them.
namespace {

using namespace holdup;

const profile::Library& shipped() {
  static const profile::Library library = [] {
    ground::Problems problems;
    return profile::load_folders({HOLDUP_FUZZ_PROFILES}, problems);
  }();
  return library;
}

}  // namespace

/// Loading them all takes longer than an input may.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)shipped();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto recording = snmp::parse_recording({reinterpret_cast<const char*>(data), size});
  std::vector<const profile::Profile*> profiles;
  for (const auto& candidate : shipped().candidates(recording.seen)) profiles.push_back(candidate.profile);
  const auto identity = snmp::identity(profiles, recording.answers, recording.seen);
  for (const auto* text : {&identity.vendor, &identity.model, &identity.firmware, &identity.serial})
    HOLDUP_EXPECT(ground::printable(*text) == *text);
  for (const auto& measured : snmp::expand(profiles, recording.answers, snmp::Spares::kept)) {
    for (const auto& [key, value] : measured.point.labels) HOLDUP_EXPECT(ground::printable(value) == value);
    HOLDUP_EXPECT(std::isfinite(snmp::take_reading(measured, recording.answers.find(measured.oid)).value));
  }
  return 0;
}
