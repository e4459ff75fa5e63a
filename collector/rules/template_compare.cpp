#include <compare>

#include "collector/rules/template_functions.hpp"

namespace holdup::rules {
namespace {

ground::Failure incomparable(const TemplateValue& a, const TemplateValue& b) {
  const auto plain = [](const TemplateValue& value) {
    return value.as<bool>() != nullptr || value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr ||
           value.as<std::string>() != nullptr || value.as<ground::Duration>() != nullptr;
  };
  const bool both = plain(a) && plain(b);
  auto what = (both ? "incompatible types for comparison: " : "invalid type for comparison: ") + std::string{type_name(a)} + " and " +
              std::string{type_name(b)};
  if (both && (a.as<double>() != nullptr || b.as<double>() != nullptr)) what += "; write a number with a point, as 5.0";
  return {ground::FailureKind::malformed, std::move(what)};
}

ground::Result<std::size_t> whole(const TemplateValue& value, std::size_t size) {
  const auto* index = value.as<std::int64_t>();
  if (index == nullptr) return ground::Failure{ground::FailureKind::malformed, "cannot index with type " + std::string{type_name(value)}};
  if (*index < 0 || static_cast<std::uint64_t>(*index) >= size)
    return ground::Failure{ground::FailureKind::malformed, "index out of range: " + std::to_string(*index)};
  return static_cast<std::size_t>(*index);
}

}  // namespace

ground::Result<bool> template_equal(const TemplateValue& a, const TemplateValue& b) {
  if (a.held.index() != b.held.index()) return incomparable(a, b);
  if (const auto* held = a.as<bool>()) return *held == *b.as<bool>();
  if (const auto* held = a.as<std::int64_t>()) return *held == *b.as<std::int64_t>();
  if (const auto* held = a.as<double>()) return *held == *b.as<double>();
  if (const auto* held = a.as<std::string>()) return *held == *b.as<std::string>();
  if (const auto* held = a.as<ground::Duration>()) return *held == *b.as<ground::Duration>();
  if (a.as<std::monostate>() != nullptr) return true;
  return incomparable(a, b);
}

ground::Result<bool> template_less(const TemplateValue& a, const TemplateValue& b) {
  if (a.held.index() != b.held.index() || a.as<bool>() != nullptr) return incomparable(a, b);
  if (const auto* held = a.as<std::int64_t>()) return *held < *b.as<std::int64_t>();
  if (const auto* held = a.as<double>()) return *held < *b.as<double>();
  if (const auto* held = a.as<std::string>()) return *held < *b.as<std::string>();
  if (const auto* held = a.as<ground::Duration>()) return *held < *b.as<ground::Duration>();
  return incomparable(a, b);
}

ground::Result<TemplateValue> template_member(const TemplateValue& from, const TemplateValue& key) {
  const auto* name = key.as<std::string>();
  if (const auto* labels = from.as<LabelsValue>(); labels != nullptr && name != nullptr)
    return TemplateValue{std::string{(*labels)->get(*name)}};
  if (const auto* map = from.as<MapValue>(); map != nullptr && name != nullptr) {
    const auto found = (*map)->find(*name);
    return found == (*map)->end() ? TemplateValue{} : found->second;
  }
  if (const auto* list = from.as<ListValue>()) {
    const auto at = whole(key, (*list)->size());
    if (!at) return at.error();
    return TemplateValue{SampleValue{std::make_shared<const Sampled>((**list)[*at])}};
  }
  if (const auto* text = from.as<std::string>()) {
    const auto at = whole(key, text->size());
    if (!at) return at.error();
    return TemplateValue{std::int64_t{static_cast<unsigned char>((*text)[*at])}};
  }
  return ground::Failure{ground::FailureKind::malformed,
                         "cannot index " + std::string{type_name(from)} + " with type " + std::string{type_name(key)}};
}

}  // namespace holdup::rules
