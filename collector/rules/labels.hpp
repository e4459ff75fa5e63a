#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What tells one series or one alert from another: label names and values, sorted by name, an empty value being the same as none. The
// metric's name is the label `__name__`. Every file of this room uses it.
namespace holdup::rules {

using Label = std::pair<std::string, std::string>;

inline constexpr std::string_view metric_name = "__name__";

class Labels {
 public:
  Labels() = default;
  /// Any order; of two values for one name the later stands.
  explicit Labels(std::vector<Label> labels);

  /// Empty when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  /// An empty value removes the label.
  void set(std::string_view name, std::string_view value);
  [[nodiscard]] const std::vector<Label>& all() const { return all_; }
  /// rack_fan_speed_rpm{device="a"}, for messages.
  [[nodiscard]] std::string text() const;

  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<Label> all_;
};

/// Without the metric's name where that no longer counts as a label.
[[nodiscard]] Labels counted(Labels labels, bool named);
/// In the order of labels, without the names of metrics where they no longer count.
[[nodiscard]] bool counted_before(const Labels& a, bool a_named, const Labels& b, bool b_named);
/// Any text in UTF-8 but none at all.
[[nodiscard]] bool is_usable_label(std::string_view text);
/// [a-zA-Z_][a-zA-Z0-9_]*
[[nodiscard]] bool is_label_name(std::string_view text);

}  // namespace holdup::rules
