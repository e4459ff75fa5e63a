#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/rules/template.hpp"
#include "collector/rules/template_value.hpp"

// The functions that a template may call: Go's own, and those of Prometheus. Used by the template's parser and its expansion.
namespace holdup::rules {

/// No text within an expansion is longer, nor is its result.
inline constexpr std::size_t template_text_max = 64 * 1024;

class TemplateCall {
 public:
  TemplateCall(std::vector<TemplateValue> arguments, const Surroundings& around, int& queries_left)
      : arguments_{std::move(arguments)}, around_{around}, queries_left_{queries_left} {}

  [[nodiscard]] const std::vector<TemplateValue>& arguments() const { return arguments_; }
  [[nodiscard]] const TemplateValue& operator[](std::size_t i) const { return arguments_[i]; }
  [[nodiscard]] const Surroundings& around() const { return around_; }
  /// The argument as the function needs it; an empty one, and an error, where it is something else.
  [[nodiscard]] std::string text(std::size_t i);
  /// Numbers, and texts that are one.
  [[nodiscard]] double number(std::size_t i);
  template <class Type>
  [[nodiscard]] Type of(std::size_t i, std::string_view expected);
  [[nodiscard]] SampledList query(const std::string& expression);

  TemplateValue fail(std::string what);
  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

 private:
  std::vector<TemplateValue> arguments_;
  const Surroundings& around_;
  int& queries_left_;
  std::optional<std::string> error_;
};

struct TemplateFunction {
  std::string_view name;
  std::size_t least = 0, most = 0;  // arguments
  TemplateValue (*perform)(TemplateCall&) = nullptr;
};

/// nullptr when there is none of that name.
[[nodiscard]] const TemplateFunction* find_template_function(std::string_view name);

/// Go's `eq` and `lt`; an error's text where the two are not to be compared.
[[nodiscard]] ground::Result<bool> template_equal(const TemplateValue& a, const TemplateValue& b);
[[nodiscard]] ground::Result<bool> template_less(const TemplateValue& a, const TemplateValue& b);
/// x's member under a key, as `index` finds it.
[[nodiscard]] ground::Result<TemplateValue> template_member(const TemplateValue& from, const TemplateValue& key);

template <class Type>
Type TemplateCall::of(std::size_t i, std::string_view expected) {
  if (const auto* held = arguments_[i].as<Type>()) return *held;
  fail("wrong type for value; expected " + std::string{expected} + "; got " + std::string{type_name(arguments_[i])});
  return {};
}

}  // namespace holdup::rules
