#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collector/rules/template_value.hpp"
#include "ground/result.hpp"

// A template as a tree: what its parser makes and its expansion walks. Used by the template files.
namespace holdup::rules {

struct TemplateFunction;
struct TemplatePipeline;

/// One word of a command with the fields asked of it: .Value, $labels.name, (query "up" | first).Labels, "text".
struct TemplateOperand {
  enum class Kind : std::uint8_t { dot, variable, constant, function, pipeline };
  Kind kind = Kind::dot;
  std::size_t at = 0;
  std::string name;  // of a variable with its dollar, of a function
  const TemplateFunction* function = nullptr;
  TemplateValue constant;
  std::shared_ptr<const TemplatePipeline> pipeline;
  std::vector<std::string> fields;
};

struct TemplatePipeline {
  std::vector<std::string> variables;  // that take its result
  bool declares = false;               // `:=`; otherwise `=`
  std::vector<std::vector<TemplateOperand>> commands;
  std::size_t at = 0;
};

struct TemplateNode;
using TemplateNodes = std::vector<TemplateNode>;

struct TemplateNode {
  enum class Kind : std::uint8_t { text, action, if_true, with, range, insert, leave, go_on };
  Kind kind = Kind::text;
  std::string text;  // or the name of what is inserted
  TemplatePipeline pipeline;
  TemplateNodes then, otherwise;
};

struct TemplateTree {
  TemplateNodes nodes;
  std::map<std::string, TemplateNodes> defined;  // by {{ define "name" }}
  bool queries = false;
};

[[nodiscard]] ground::Result<TemplateTree> parse_template(std::string_view text);

}  // namespace holdup::rules
