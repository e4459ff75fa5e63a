#include <cstdint>
#include <string>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/parser.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: an expression, read, and evaluated over a handful of samples where it may be.
namespace {

using namespace holdup;

/// Subqueries over subqueries take their time, which the query worker bounds; here they are looked at no further.
class Patience : public rules::Source {
 public:
  explicit Patience(rules::Memory& memory) : memory_{memory} {}
  std::vector<rules::SeriesView> select(const rules::Selector& selector, ground::Instant after, ground::Instant to) override {
    ++asked_;
    return memory_.select(selector, after, to);
  }
  [[nodiscard]] bool gave_up() override { return ++asked_ > 2000; }

 private:
  rules::Memory& memory_;
  int asked_ = 0;
};

rules::Memory some_samples() {
  rules::Memory out;
  for (const char* name : {"a", "b", "h_bucket"})
    for (const char* le : {"1", "+Inf"}) {
      std::vector<rules::Point> points;
      for (int i = 0; i < 20; ++i) points.push_back({ground::Instant{std::chrono::seconds{i}}, i % 7 == 5 ? rules::stale_marker : i * 0.5});
      out.add(rules::Labels{{{"__name__", name}, {"le", le}, {"x", "1"}}}, points);
    }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = rules::parse({reinterpret_cast<const char*>(data), size});
  if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) {
    HOLDUP_EXPECT(error->at.line >= 1 && error->at.column >= 1);
    return 0;
  }
  static rules::Memory memory = some_samples();
  Patience source{memory};
  const rules::Setting setting{.at = ground::Instant{std::chrono::seconds{21}}, .tick = std::chrono::seconds{1}};
  const auto evaluation = rules::evaluate(std::get<rules::Expression>(parsed), setting, source);
  if (evaluation.error) HOLDUP_EXPECT(!evaluation.error->what.empty());
  return 0;
}
