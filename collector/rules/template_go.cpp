#include "collector/rules/template_go.hpp"

#include <algorithm>

#include "ground/number.hpp"

namespace holdup::rules {
namespace {

using Call = TemplateCall;
using Value = TemplateValue;

Value compared(Call& call, const ground::Result<bool>& result, bool wanted) {
  if (!result) return call.fail(result.error().what);
  return {*result == wanted};
}

Value equal(Call& call) {
  for (std::size_t i = 1; i < call.arguments().size(); ++i) {
    const auto same = template_equal(call[0], call[i]);
    if (!same) return call.fail(same.error().what);
    if (*same) return {true};
  }
  return {false};
}

Value not_equal(Call& call) { return compared(call, template_equal(call[0], call[1]), false); }
Value less(Call& call) { return compared(call, template_less(call[0], call[1]), true); }
Value greater_equal(Call& call) { return compared(call, template_less(call[0], call[1]), false); }  // so Go has it, of NaN too

Value less_equal(Call& call) {
  const auto below = template_less(call[0], call[1]);
  if (!below || *below) return compared(call, below, true);
  return compared(call, template_equal(call[0], call[1]), true);
}

Value greater(Call& call) {
  const auto made = less_equal(call);
  return call.error() ? made : Value{!is_true(made)};
}

Value opposite(Call& call) { return {!is_true(call[0])}; }

/// Only where nothing was to be left out: the expansion looks no further than it needs.
Value last(Call& call) { return call.arguments().back(); }

Value length(Call& call) {
  const auto count = [](std::size_t size) { return Value{static_cast<std::int64_t>(size)}; };
  if (const auto* text = call[0].as<std::string>()) return count(text->size());
  if (const auto* labels = call[0].as<LabelsValue>()) return count((*labels)->all().size());
  if (const auto* map = call[0].as<MapValue>()) return count((*map)->size());
  if (const auto* list = call[0].as<ListValue>()) return count((*list)->size());
  return call.fail("len of type " + std::string{type_name(call[0])});
}

Value index(Call& call) {
  Value out = call[0];
  for (std::size_t i = 1; i < call.arguments().size(); ++i) {
    auto member = template_member(out, call[i]);
    if (!member) return call.fail(member.error().what);
    out = *std::move(member);
  }
  return out;
}

Value slice(Call& call) {
  const auto text = call.text(0);
  std::array<std::size_t, 2> ends{0, text.size()};
  for (std::size_t i = 1; i < call.arguments().size(); ++i) {
    const auto at = call.of<std::int64_t>(i, "int");
    if (call.error()) return {};
    if (at < 0 || static_cast<std::uint64_t>(at) > text.size()) return call.fail("index out of range: " + std::to_string(at));
    ends[i - 1] = static_cast<std::size_t>(at);
  }
  if (ends[0] > ends[1]) return call.fail("invalid slice index: " + std::to_string(ends[0]) + " > " + std::to_string(ends[1]));
  return {text.substr(ends[0], ends[1] - ends[0])};
}

std::string printed(const Value& value) { return (value.as<SampleValue>() != nullptr ? "&" : "") + go_text(value); }

std::string all_printed(const Call& call) {
  std::string out;
  bool after_text = true;
  for (const auto& value : call.arguments()) {
    const bool is_text = value.as<std::string>() != nullptr;
    out += (is_text || after_text ? "" : " ") + printed(value);  // between two that are no texts
    after_text = is_text;
  }
  return out;
}

Value print(Call& call) { return {all_printed(call)}; }

Value print_line(Call& call) {
  std::string out;
  for (const auto& value : call.arguments()) out += (out.empty() ? "" : " ") + printed(value);
  return {out + "\n"};
}

Value print_formatted(Call& call) {
  const auto format = call.text(0);
  if (call.error()) return {};
  return {go_printf(format, {call.arguments().begin() + 1, call.arguments().end()})};
}

Value html(Call& call) {
  std::string out;
  for (const char c : all_printed(call)) {
    const std::string_view marks = "\"'&<>";
    constexpr std::array<std::string_view, 5> written{"&#34;", "&#39;", "&amp;", "&lt;", "&gt;"};
    const auto place = marks.find(c);
    out += place == std::string_view::npos ? std::string_view{&c, 1} : written[place];
  }
  return {std::move(out)};
}

Value in_query(Call& call) { return {url_escaped(all_printed(call))}; }

constexpr std::size_t any = 64;
constexpr std::array functions{
    TemplateFunction{"and", 1, any, last},
    TemplateFunction{"eq", 2, any, equal},
    TemplateFunction{"ge", 2, 2, greater_equal},
    TemplateFunction{"gt", 2, 2, greater},
    TemplateFunction{"html", 1, any, html},
    TemplateFunction{"index", 1, any, index},
    TemplateFunction{"le", 2, 2, less_equal},
    TemplateFunction{"len", 1, 1, length},
    TemplateFunction{"lt", 2, 2, less},
    TemplateFunction{"ne", 2, 2, not_equal},
    TemplateFunction{"not", 1, 1, opposite},
    TemplateFunction{"or", 1, any, last},
    TemplateFunction{"print", 0, any, print},
    TemplateFunction{"printf", 1, any, print_formatted},
    TemplateFunction{"println", 0, any, print_line},
    TemplateFunction{"slice", 1, 3, slice},
    TemplateFunction{"urlquery", 1, any, in_query},
};

}  // namespace

std::span<const TemplateFunction> template_functions_of_go() { return functions; }

std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    constexpr std::string_view figures = "0123456789ABCDEF";
    const auto code = static_cast<unsigned char>(c);
    out += plain ? std::string{c} : c == ' ' ? "+" : std::string{'%', figures[code / 16], figures[code % 16]};
  }
  return out;
}

}  // namespace holdup::rules
