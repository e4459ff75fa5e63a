#include "collector/rules/template.hpp"

#include "collector/rules/template_tree.hpp"

namespace holdup::rules {
namespace {

constexpr std::size_t template_max_bytes = 16 * 1024;

}  // namespace

ground::Result<Template> Template::parse(std::string_view text) {
  if (text.size() > template_max_bytes) return ground::Failure{ground::FailureKind::malformed, "a template is longer than 16 KiB"};
  Template out = plain(std::string{text});
  if (text.find("{{") == std::string_view::npos) return out;
  auto tree = parse_template(text);
  if (!tree) return tree.error();
  out.tree_ = std::make_shared<const TemplateTree>(*std::move(tree));
  return out;
}

Template Template::plain(std::string text) {
  Template out;
  out.text_ = std::move(text);
  return out;
}

std::string Template::text_for(const Labels& labels, double value, const Surroundings& around) const {
  auto made = expand(labels, value, around);
  return made ? *std::move(made) : "<error expanding template: " + made.error().what + ">";
}

bool Template::queries() const { return tree_ && tree_->queries; }

}  // namespace holdup::rules
