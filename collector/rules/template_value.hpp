#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collector/rules/labels.hpp"
#include "ground/instant.hpp"

// What a template reckons with: the types of Go's that its functions take and give, and how Go prints them. Used by the template files.
namespace holdup::rules {

/// One element of a query's answer.
struct Sampled {
  Labels labels;
  double value = 0;
};
using SampledList = std::vector<Sampled>;

struct TemplateValue;
using TemplateMap = std::map<std::string, TemplateValue>;
/// What '.' is outside of `with` and `range`.
struct WholeAlert {};

struct TemplateValue {
  using Held = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<const Labels>,
                            std::shared_ptr<const TemplateMap>, std::shared_ptr<const SampledList>, std::shared_ptr<const Sampled>,
                            ground::Utc, ground::Duration, WholeAlert>;
  Held held;

  template <class Type>
  [[nodiscard]] const Type* as() const {
    return std::get_if<Type>(&held);
  }
};

using LabelsValue = std::shared_ptr<const Labels>;
using MapValue = std::shared_ptr<const TemplateMap>;
using ListValue = std::shared_ptr<const SampledList>;
using SampleValue = std::shared_ptr<const Sampled>;

/// As Go names it: "float64".
[[nodiscard]] std::string_view type_name(const TemplateValue& value);
/// Whether `if` takes it for true.
[[nodiscard]] bool is_true(const TemplateValue& value);
/// Go's %v.
[[nodiscard]] std::string go_text(const TemplateValue& value);
/// "2015-06-23 13:19:44.128 +0000 UTC"
[[nodiscard]] std::string go_time_text(ground::Utc time);
/// "1h2m3.5s"
[[nodiscard]] std::string go_duration_text(ground::Duration duration);
/// Go's Sprintf, its complaints in the text among it.
[[nodiscard]] std::string go_printf(std::string_view format, const std::vector<TemplateValue>& values);

}  // namespace holdup::rules
