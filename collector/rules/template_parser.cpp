#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "collector/rules/template_functions.hpp"
#include "collector/rules/template_lexer.hpp"
#include "collector/rules/template_tree.hpp"
#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

using Word = TemplateWord;
using Kind = TemplateWord::Kind;

constexpr int deepest = 32;

std::string in_quotes(std::string_view text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

const std::set<std::string_view> keywords{"if", "else", "end", "with", "range", "define", "template", "block", "break", "continue"};

/// Thrown and caught within this file.
struct Refusal {
  std::size_t at;
  std::string what;
};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Word> words) : text_{text}, words_{std::move(words)} {}

  ground::Result<TemplateTree> parse() {
    try {
      variables_ = {"$", "$labels", "$externalLabels", "$externalURL", "$value"};
      tree_.nodes = list(false);
    } catch (const Refusal& refusal) {
      return template_failure(text_, refusal.at, refusal.what);
    }
    return std::move(tree_);
  }

 private:
  [[nodiscard]] bool done() const { return next_ == words_.size(); }
  [[nodiscard]] const Word& peek(std::size_t ahead = 0) const { return words_[std::min(next_ + ahead, words_.size() - 1)]; }
  [[nodiscard]] bool is(Kind kind, std::size_t ahead = 0) const { return next_ + ahead < words_.size() && peek(ahead).kind == kind; }
  [[nodiscard]] bool is_name(std::string_view name, std::size_t ahead = 0) const {
    return is(Kind::name, ahead) && peek(ahead).text == name;
  }
  [[noreturn]] void refuse(std::string what) const { throw Refusal{done() ? text_.size() : peek().at, std::move(what)}; }
  const Word& take() { return words_[next_++]; }
  void expect(Kind kind, std::string_view what) {
    if (!is(kind)) refuse(std::string{what} + " is expected");
    ++next_;
  }

  /// Up to the end, or to an {{ end }} or {{ else }} that is left standing.
  TemplateNodes list(bool inside) {
    if (++depth_ > deepest) refuse("nested deeper than 32");
    TemplateNodes out;
    while (!done()) {
      if (is(Kind::text)) {
        out.push_back({.kind = TemplateNode::Kind::text, .text = take().text, .pipeline = {}, .then = {}, .otherwise = {}});
        continue;
      }
      if (is_name("end", 1) || is_name("else", 1)) {
        if (!inside) refuse("'{{" + peek(1).text + "}}' without an 'if', 'with' or 'range'");
        break;
      }
      action(out);
    }
    --depth_;
    return out;
  }

  void action(TemplateNodes& out) {
    using Node = TemplateNode::Kind;
    ++next_;
    if (!is(Kind::name) || !keywords.contains(peek().text)) {
      auto made = pipeline(true);
      expect(Kind::close, "'}}'");
      out.push_back({.kind = Node::action, .text = {}, .pipeline = std::move(made), .then = {}, .otherwise = {}});
      return;
    }
    const auto& word = peek().text;
    if (word == "if") return out.push_back(branch(Node::if_true));
    if (word == "with") return out.push_back(branch(Node::with));
    if (word == "range") return out.push_back(branch(Node::range));
    if (word == "define") return define();
    if (word == "template") return out.push_back(insert());
    if (word == "block") refuse("not supported in a template: block");
    if (loops_ == 0) refuse("'" + word + "' outside of a 'range'");
    const auto kind = word == "break" ? Node::leave : Node::go_on;
    ++next_;
    expect(Kind::close, "'}}'");
    out.push_back({.kind = kind, .text = {}, .pipeline = {}, .then = {}, .otherwise = {}});
  }

  TemplateNode branch(TemplateNode::Kind kind) {
    const auto keyword = take();
    const auto known = variables_.size();
    TemplateNode out{.kind = kind, .text = {}, .pipeline = pipeline(true, kind == TemplateNode::Kind::range), .then = {}, .otherwise = {}};
    expect(Kind::close, "'}}'");
    loops_ += kind == TemplateNode::Kind::range ? 1 : 0;
    out.then = list(true);
    loops_ -= kind == TemplateNode::Kind::range ? 1 : 0;
    if (done()) throw Refusal{keyword.at, "'" + keyword.text + "' has no '{{end}}'"};
    if (is_name("else", 1)) {
      next_ += 2;
      if (is(Kind::name) && (peek().text == "if" || peek().text == "with") && kind != TemplateNode::Kind::range) {
        if (++depth_ > deepest) refuse("nested deeper than 32");
        const bool also_if = peek().text == "if";
        out.otherwise.push_back(branch(also_if ? TemplateNode::Kind::if_true : TemplateNode::Kind::with));  // takes the one {{end}}
        --depth_;
        variables_.resize(known);
        return out;
      }
      expect(Kind::close, "'}}'");
      out.otherwise = list(true);
      if (done() || is_name("else", 1)) throw Refusal{keyword.at, "'" + keyword.text + "' has no '{{end}}' after its '{{else}}'"};
    }
    next_ += 2;
    expect(Kind::close, "'}}'");
    variables_.resize(known);
    return out;
  }

  void define() {
    const auto at = take().at;
    if (depth_ > 1) throw Refusal{at, "'define' inside of something else"};
    if (!is(Kind::quoted)) refuse("a quoted name is expected");
    const auto name = take().text;
    expect(Kind::close, "'}}'");
    auto outside = std::exchange(variables_, {"$"});
    tree_.defined[name] = list(true);
    variables_ = std::move(outside);
    if (done() || !is_name("end", 1)) throw Refusal{at, "'define' has no '{{end}}'"};
    next_ += 2;
    expect(Kind::close, "'}}'");
  }

  TemplateNode insert() {
    ++next_;
    if (!is(Kind::quoted)) refuse("a quoted name is expected");
    TemplateNode out{.kind = TemplateNode::Kind::insert, .text = take().text, .pipeline = {}, .then = {}, .otherwise = {}};
    if (!is(Kind::close)) out.pipeline = pipeline(true);
    expect(Kind::close, "'}}'");
    return out;
  }

  TemplatePipeline pipeline(bool may_assign, bool of_range = false) {
    if (++depth_ > deepest) refuse("nested deeper than 32");
    TemplatePipeline out{.variables = {}, .commands = {}, .at = done() ? text_.size() : peek().at};
    if (may_assign && is(Kind::variable)) assigned(out, of_range);
    while (true) {
      out.commands.push_back(command());
      if (!is(Kind::pipe)) break;
      ++next_;
    }
    for (std::size_t i = 0; i < out.commands.size(); ++i) expect_called_well(out.commands[i], i > 0);
    if (out.declares) variables_.insert(variables_.end(), out.variables.begin(), out.variables.end());
    --depth_;
    return out;
  }

  static void expect_called_well(const std::vector<TemplateOperand>& command, bool piped) {
    const auto& first = command.front();
    for (const auto& word : command)  // a function among the arguments is called without any
      if (&word != &first && word.kind == TemplateOperand::Kind::function && word.function->least > 0)
        throw Refusal{word.at, "too few arguments for " + word.name};
    const std::size_t given = command.size() - 1 + (piped ? 1 : 0);
    if (first.kind == TemplateOperand::Kind::function) {
      if (given < first.function->least) throw Refusal{first.at, "too few arguments for " + first.name};
      if (given > first.function->most) throw Refusal{first.at, "too many arguments for " + first.name};
    } else if (piped || (given > 0 && first.fields.empty())) {
      throw Refusal{first.at, "a function is expected here, what follows are its arguments"};
    }
  }

  void assigned(TemplatePipeline& out, bool of_range) {
    const std::size_t count = is(Kind::comma, 1) && of_range && is(Kind::variable, 2) ? 2 : 1;
    const std::size_t sign = count == 2 ? 3 : 1;
    if (!is(Kind::declare, sign) && !is(Kind::assign, sign)) return;
    out.declares = is(Kind::declare, sign);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& name = peek(2 * i);
      if (!out.declares) expect_known(name);
      out.variables.push_back(name.text);
    }
    next_ += sign + 1;
  }

  void expect_known(const Word& variable) const {
    if (std::ranges::find(variables_, variable.text) == variables_.end())
      throw Refusal{variable.at, "undefined variable " + in_quotes(variable.text)};
  }

  std::vector<TemplateOperand> command() {
    std::vector<TemplateOperand> out;
    while (!done() && !is(Kind::close) && !is(Kind::pipe) && !is(Kind::right)) {
      if (!out.empty() && !peek().after_space && !is(Kind::left)) refuse("a space is expected before " + in_quotes(peek().text));
      out.push_back(operand());
    }
    if (out.empty()) refuse("a value is expected");
    return out;
  }

  TemplateOperand operand() {
    const auto word = take();
    TemplateOperand out{.at = word.at, .name = {}, .constant = {}, .pipeline = {}, .fields = {}};
    switch (word.kind) {
      case Kind::dot:
        break;
      case Kind::field:
        out.fields.push_back(word.text);
        break;
      case Kind::variable:
        expect_known(word);
        out.kind = TemplateOperand::Kind::variable;
        out.name = word.text;
        break;
      case Kind::name:
        named(word, out);
        break;
      case Kind::left:
        out.kind = TemplateOperand::Kind::pipeline;
        out.pipeline = std::make_shared<const TemplatePipeline>(pipeline(false));
        expect(Kind::right, "')'");
        break;
      default:
        out.kind = TemplateOperand::Kind::constant;
        out.constant = constant(word);
    }
    const bool chains = out.kind != TemplateOperand::Kind::constant && out.kind != TemplateOperand::Kind::function;
    while (chains && is(Kind::field) && !peek().after_space) out.fields.push_back(take().text);
    return out;
  }

  void named(const Word& word, TemplateOperand& out) {
    if (word.text == "true" || word.text == "false" || word.text == "nil") {
      out.kind = TemplateOperand::Kind::constant;
      if (word.text != "nil") out.constant.held = word.text == "true";
      return;
    }
    if (keywords.contains(word.text)) throw Refusal{word.at, "'" + word.text + "' cannot stand here"};
    out.kind = TemplateOperand::Kind::function;
    out.name = word.text;
    out.function = find_template_function(word.text);
    if (out.function == nullptr) throw Refusal{word.at, "not supported in a template: the function " + in_quotes(word.text)};
    tree_.queries = tree_.queries || word.text == "query";
  }

  static TemplateValue constant(const Word& word) {
    if (word.kind == Kind::quoted) return {word.text};
    if (word.kind == Kind::character) {
      if (ground::utf8_length(word.text) != word.text.size()) throw Refusal{word.at, "one character is expected between ' and '"};
      return {static_cast<std::int64_t>(ground::code_point(word.text))};
    }
    if (word.kind != Kind::number) throw Refusal{word.at, "a value is expected"};
    if (const auto number = number_of(word.text)) return *number;
    throw Refusal{word.at, in_quotes(word.text) + " is no number"};
  }

  static std::optional<TemplateValue> number_of(std::string_view text) {
    const bool hex = text.find("0x") != std::string_view::npos || text.find("0X") != std::string_view::npos;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (hex) text.remove_prefix(2);
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [at, error] = std::from_chars(text.data(), end, whole, hex ? 16 : 10); error == std::errc{} && at == end)
      return TemplateValue{negative ? -whole : whole};
    double number = 0;
    const auto [at, error] = std::from_chars(text.data(), end, number, hex ? std::chars_format::hex : std::chars_format::general);
    if (error != std::errc{} || at != end) return std::nullopt;
    return TemplateValue{negative ? -number : number};
  }

  std::string_view text_;
  std::vector<Word> words_;
  std::size_t next_ = 0;
  int depth_ = 0, loops_ = 0;
  std::vector<std::string> variables_;
  TemplateTree tree_;
};

}  // namespace

ground::Result<TemplateTree> parse_template(std::string_view text) {
  auto words = template_words(text);
  if (!words) return words.error();
  return Parser{text, *std::move(words)}.parse();
}

}  // namespace holdup::rules
