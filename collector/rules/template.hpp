#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "collector/rules/labels.hpp"
#include "collector/rules/template_value.hpp"
#include "ground/result.hpp"

// The text of a rule's label or annotation with its {{ }} parts, read once at load: Go's text/template with the functions of Prometheus.
// What is not known is an error then. An expansion takes bounded time and memory. Used by the rule file reader and the alerts.
namespace holdup::rules {

struct TemplateTree;

/// What a template may ask beside its alert's labels and value.
struct Surroundings {
  Labels external_labels = {};
  std::string external_url = {};
  /// What `query` finds; where it is empty, nothing can be asked.
  std::function<ground::Result<SampledList>(const std::string& expression)> query = {};
};

class Template {
 public:
  Template() = default;
  [[nodiscard]] static ground::Result<Template> parse(std::string_view text);
  /// A text that stays as it is.
  [[nodiscard]] static Template plain(std::string text);

  /// `labels` are the result's, its name included.
  [[nodiscard]] ground::Result<std::string> expand(const Labels& labels, double value, const Surroundings& around) const;
  /// As Prometheus does it: what goes wrong stands in the text.
  [[nodiscard]] std::string text_for(const Labels& labels, double value, const Surroundings& around) const;
  /// As written.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Whether it has a `query`.
  [[nodiscard]] bool queries() const;

 private:
  std::string text_;
  std::shared_ptr<const TemplateTree> tree_;  // none: plain
};

}  // namespace holdup::rules
