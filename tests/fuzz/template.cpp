#include "collector/rules/template.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

// Fuzz target: a label's or an annotation's text, read, and expanded with common values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup::rules;
  const auto made = Template::parse({reinterpret_cast<const char*>(data), size});
  if (!made) return 0;
  const Labels labels{{{"__name__", "a"}, {"x", "1"}, {"y", "\xff"}}};
  const Surroundings around{
      .external_labels = labels, .external_url = "http://127.0.0.1", .query = [](const std::string&) { return SampledList{}; }};
  for (const double value : {0.0, -1.5, 1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    (void)made->expand(labels, value, around);
  return 0;
}
