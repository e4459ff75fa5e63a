#include <cstdint>
#include <string>

#include "collector/rules/template.hpp"
#include "collector/rules/template_functions.hpp"
#include "ground/expect.hpp"

// Fuzz target: a label's or annotation's template, read and expanded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup::rules;
  const auto made = Template::parse({reinterpret_cast<const char*>(data), size});
  if (!made) return 0;
  const Surroundings around{.external_labels = Labels{{{"rack", "r12"}}},
                            .external_url = "http://127.0.0.1:9870/",
                            .query = [](const std::string& expression) -> holdup::ground::Result<SampledList> {
                              return SampledList{{Labels{{{"a", expression}}}, 1.5}, {Labels{{{"a", "b"}}}, -2}};
                            }};
  const auto text = made->expand(Labels{{{"supply", "psu1"}, {"load", "cab1"}}}, 1234.5, around);
  HOLDUP_EXPECT(!text || text->size() <= template_text_max);
  return 0;
}
