#include "collector/rules/template_value.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "collector/rules/render_number.hpp"

namespace holdup::rules {
namespace {

template <class... Cases>
struct Each : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Each(Cases...) -> Each<Cases...>;  // clang needs to be told

std::string labels_as_map(const Labels& labels) {
  std::string out = "map[";
  for (const auto& [name, value] : labels.all()) out += (out.size() > 4 ? " " : "") + name + ":" + value;
  return out + "]";
}

std::string as_map(const TemplateMap& map) {
  std::string out = "map[";
  for (const auto& [name, value] : map) out += (out.size() > 4 ? " " : "") + name + ":" + go_text(value);
  return out + "]";
}

std::string as_struct(const Sampled& sample) { return "{" + labels_as_map(sample.labels) + " " + plain_number(sample.value) + "}"; }

std::string as_list(const SampledList& list) {
  std::string out = "[";
  for (const auto& sample : list) out += (out.size() > 1 ? " " : "") + as_struct(sample);  // Go shows addresses here: no use to anybody
  return out + "]";
}

/// 1.5 of 1500 thousandths.
std::string with_fraction(std::int64_t count, std::int64_t unit) {
  auto out = std::to_string(count / unit);
  auto rest = count % unit;
  if (rest == 0) return out;
  out += '.';
  for (std::int64_t place = unit / 10; rest != 0; place /= 10) {
    out += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return out;
}

}  // namespace

std::string_view type_name(const TemplateValue& value) {
  constexpr std::array<std::string_view, std::variant_size_v<TemplateValue::Held>> names{
      "nil",         "bool",    "int",       "float64",       "string", "map[string]string", "map[string]interface {}",
      "queryResult", "*sample", "time.Time", "time.Duration", "alert"};
  return names[value.held.index()];
}

bool is_true(const TemplateValue& value) {
  return std::visit(
      Each{[](std::monostate) { return false; }, [](bool held) { return held; }, [](std::int64_t held) { return held != 0; },
           [](double held) { return held != 0; }, [](const std::string& held) { return !held.empty(); },
           [](const LabelsValue& held) { return !held->all().empty(); }, [](const MapValue& held) { return !held->empty(); },
           [](const ListValue& held) { return !held->empty(); }, [](const SampleValue&) { return true; }, [](ground::Utc) { return true; },
           [](ground::Duration held) { return held.count() != 0; }, [](WholeAlert) { return true; }},
      value.held);
}

std::string go_text(const TemplateValue& value) {
  return std::visit(
      Each{[](std::monostate) -> std::string { return "<nil>"; }, [](bool held) -> std::string { return held ? "true" : "false"; },
           [](std::int64_t held) { return std::to_string(held); }, [](double held) { return plain_number(held); },
           [](const std::string& held) { return held; }, [](const LabelsValue& held) { return labels_as_map(*held); },
           [](const MapValue& held) { return as_map(*held); }, [](const ListValue& held) { return as_list(*held); },
           [](const SampleValue& held) { return as_struct(*held); }, [](ground::Utc held) { return go_time_text(held); },
           [](ground::Duration held) { return go_duration_text(held); }, [](WholeAlert) -> std::string { return "{}"; }},
      value.held);
}

std::string go_time_text(ground::Utc time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  const auto below = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text.data() + with_fraction(below, 1'000'000'000).substr(1) + " +0000 UTC";
}

std::string go_duration_text(ground::Duration duration) {
  const auto all = duration.count();
  const std::string sign = all < 0 ? "-" : "";
  const auto size = all < 0 ? -all : all;
  if (size == 0) return "0s";
  if (size < 1'000) return sign + std::to_string(size) + "ns";
  if (size < 1'000'000) return sign + with_fraction(size, 1'000) + "µs";
  if (size < 1'000'000'000) return sign + with_fraction(size, 1'000'000) + "ms";
  const auto minutes = size / 60'000'000'000;
  const auto seconds = with_fraction(size % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes == 0) return sign + seconds;
  if (minutes < 60) return sign + std::to_string(minutes) + "m" + seconds;
  return sign + std::to_string(minutes / 60) + "h" + std::to_string(minutes % 60) + "m" + seconds;
}

}  // namespace holdup::rules
