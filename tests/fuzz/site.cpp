#include <array>
#include <cstdint>

#include "collector/site/site_file.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: the site file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup;
  static const std::array<std::string, 2> profiles{"orv3-psu", "raritan-px3"};
  ground::Problems problems;
  (void)site::parse({reinterpret_cast<const char*>(data), size}, "site.yaml", profiles, problems);
  for (const auto& problem : problems.all()) {
    const auto said = problem.text();
    HOLDUP_EXPECT(ground::printable(said) == said);
  }
  return 0;
}
