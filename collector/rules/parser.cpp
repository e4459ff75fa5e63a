#include "collector/rules/parser.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "collector/rules/function.hpp"
#include "collector/rules/lexer.hpp"
#include "collector/rules/type_check.hpp"
#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

using Kind = Token::Kind;

struct BinaryWord {
  std::string_view text;
  Operator op;
  int strength;  // a higher one binds tighter
};
constexpr std::array<BinaryWord, 16> binary_words{{{"or", Operator::set_or, 1},
                                                   {"and", Operator::set_and, 2},
                                                   {"unless", Operator::set_unless, 2},
                                                   {"==", Operator::equal, 3},
                                                   {"!=", Operator::not_equal, 3},
                                                   {"<", Operator::less, 3},
                                                   {">", Operator::greater, 3},
                                                   {"<=", Operator::less_equal, 3},
                                                   {">=", Operator::greater_equal, 3},
                                                   {"+", Operator::add, 4},
                                                   {"-", Operator::subtract, 4},
                                                   {"*", Operator::multiply, 5},
                                                   {"/", Operator::divide, 5},
                                                   {"%", Operator::modulo, 5},
                                                   {"atan2", Operator::arc_tangent, 5},
                                                   {"^", Operator::power, 6}}};
constexpr int power_strength = 6;
constexpr double longest_range_seconds = 100.0 * 365 * 86400, furthest_seconds = 9e9;
constexpr std::string_view a_range = "a range such as 5m";

constexpr std::array<Aggregate, 12> aggregates{Aggregate::sum,   Aggregate::avg,     Aggregate::min,      Aggregate::max,
                                               Aggregate::count, Aggregate::group,   Aggregate::stddev,   Aggregate::stdvar,
                                               Aggregate::topk,  Aggregate::bottomk, Aggregate::quantile, Aggregate::count_values};
constexpr std::array<std::string_view, 2> refused_aggregates{"limitk", "limit_ratio"};

std::string folded(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

const Aggregate* find_aggregate(std::string_view text) {
  const auto* found = std::ranges::find(aggregates, text, [](Aggregate aggregate) { return name(aggregate); });
  return found == aggregates.end() ? nullptr : found;
}

int height_over(const std::vector<Expression>& operands) {
  int height = 0;
  for (const auto& operand : operands) height = std::max(height, operand.height);
  return height + 1;
}

// After the first error every token reads as the end, so that all levels return by themselves.
class Parser {
 public:
  explicit Parser(Tokens tokens) : tokens_{std::move(tokens.all)}, error_{std::move(tokens.error)} {}

  std::variant<Expression, ExpressionError> run() {
    if (!error_ && peek().kind == Kind::end) fail(peek().at, "the expression is empty");
    auto root = binary(1);
    if (!error_ && peek().kind != Kind::end) unexpected("an operator or the end");
    if (error_) return *error_;
    return root;
  }

 private:
  Expression binary(int weakest) {
    if (++depth_ > expression_max_depth) fail(peek().at, "brackets, signs or powers are nested more than 100 deep");
    auto left = unary();
    for (const BinaryWord* word = binary_word(); word != nullptr && word->strength >= weakest; word = binary_word()) {
      Expression node{.node = Binary{}, .at = take().at, .operands = {}};
      auto modifiers = modifiers_after(word->op);
      const bool to_the_right = word->strength == power_strength;
      auto right = binary(to_the_right ? word->strength : word->strength + 1);
      node.node = std::move(modifiers);
      node.operands.push_back(std::move(left));
      node.operands.push_back(std::move(right));
      left = finished(std::move(node));
    }
    --depth_;
    return left;
  }

  Binary modifiers_after(Operator op) {
    Binary out{.op = op, .matching = {}};
    if (is_word("bool")) {
      take();
      out.as_bool = true;
    }
    if (is_word("on") || is_word("ignoring")) {
      out.matching.kind = is_word("on") ? Matching::Kind::on : Matching::Kind::ignoring;
      take();
      out.matching.labels = label_list();
    }
    if (is_word("group_left") || is_word("group_right")) {
      out.matching.many = is_word("group_left") ? Matching::Many::left : Matching::Many::right;
      take();
      if (is_symbol("(")) out.matching.include = label_list();
    }
    for (std::string_view refused : {"fill", "fill_left", "fill_right"})
      if (is_word(refused)) not_supported(peek(), refused);
    return out;
  }

  Expression unary() {
    if (!is_symbol("-") && !is_symbol("+")) return postfix();
    const Token sign = take();
    auto operand = binary(power_strength);  // -2^2 is -(2^2)
    if (sign.text == "+" && !error_ && (operand.type == Type::scalar || operand.type == Type::instant_vector)) return operand;
    Expression node{.node = Negation{}, .at = sign.at, .operands = {}};
    node.operands.push_back(std::move(operand));
    return finished(std::move(node));
  }

  Expression postfix() {
    auto out = primary();
    while (!error_) {
      if (is_symbol("["))
        out = peek(2).text == ":" ? subquery(std::move(out)) : ranged(std::move(out));
      else if (is_symbol("@") || is_word("offset"))
        viewed(out);
      else if (is_word("anchored") || is_word("smoothed"))
        not_supported(peek(), peek().text);
      else
        break;
    }
    return out;
  }

  /// In [], or behind `offset`.
  ground::Duration duration(std::string_view wanted) {
    const bool reckoned = is_symbol("(") || is_symbol("-") || is_symbol("+") || called(peek(1));
    if (reckoned) return not_supported(peek(), "duration expressions"), ground::Duration{};
    if (peek().kind != Kind::duration && peek().kind != Kind::number) return unexpected(wanted), ground::Duration{};
    const Token length = take();
    for (std::string_view op : {"+", "-", "*", "/", "%", "^"})
      if (is_symbol(op) && wanted == a_range) return not_supported(length, "duration expressions"), ground::Duration{};
    if (!(length.number > 0) && !(length.number == 0 && wanted != a_range))
      return fail(length.at, "a range is longer than 0 and at most 100 years"), ground::Duration{};
    if (length.number > longest_range_seconds) return fail(length.at, "a range is longer than 0 and at most 100 years"), ground::Duration{};
    return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>{length.number});
  }

  Expression ranged(Expression inner) {
    const bool after_bracket = tokens_[next_ - 1].kind == Kind::symbol && tokens_[next_ - 1].text == ")";
    const Token open = take();
    auto* selector = std::get_if<Selector>(&inner.node);
    if (selector == nullptr || after_bracket || selector->range != ground::Duration::zero())
      return fail(open.at, "a range follows a selector only"), inner;
    if (is_viewed(selector->view)) return fail(open.at, "'offset' and '@' stand after the range"), inner;
    selector->range = duration(a_range);
    expect("]");
    return finished(std::move(inner));
  }

  Expression subquery(Expression inner) {
    Subquery out;
    const Token open = take();
    out.range = duration(a_range);
    expect(":");
    if (!is_symbol("]")) out.step = duration(a_range);
    expect("]");
    Expression node{.node = out, .at = inner.at, .operands = {}};
    node.operands.push_back(std::move(inner));
    return finished(std::move(node));
  }

  static bool is_viewed(const View& view) { return view.fixed != View::Fixed::no || view.offset != ground::Duration::zero(); }

  /// `offset` or `@` behind a selector or a subquery.
  void viewed(Expression& inner) {
    const Token word = take();
    auto* selector = std::get_if<Selector>(&inner.node);
    auto* subquery = std::get_if<Subquery>(&inner.node);
    if (selector == nullptr && subquery == nullptr) return fail(word.at, "'" + word.text + "' follows a selector or a subquery only");
    View& view = selector != nullptr ? selector->view : subquery->view;
    if (word.text == "@") {
      if (view.fixed != View::Fixed::no) return fail(word.at, "'@' stands twice");
      return fix(view);
    }
    if (view.offset != ground::Duration::zero()) return fail(word.at, "'offset' stands twice");
    const bool ahead = is_symbol("-");
    if (ahead || is_symbol("+")) take();
    const auto length = duration("a duration such as 5m");
    view.offset = ahead ? -length : length;
  }

  void fix(View& view) {
    const bool before = is_symbol("-");
    if (before || is_symbol("+")) take();
    const bool bound = is_word("start") || is_word("end");
    if (bound && !before) {
      view.fixed = is_word("start") ? View::Fixed::start : View::Fixed::end;
      take();
      expect("(");
      return expect(")");
    }
    if (peek().kind != Kind::number && peek().kind != Kind::duration) return unexpected("a time in seconds, start() or end()");
    const Token time = take();
    if (!(std::abs(time.number) <= furthest_seconds)) return fail(time.at, "a time that far away cannot be reckoned with");
    view.fixed = View::Fixed::at;
    view.at =
        ground::Instant{std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>{before ? -time.number : time.number})};
  }

  Expression primary() {
    const Token& token = peek();
    if (token.kind == Kind::number || token.kind == Kind::duration)
      return finished({.node = NumberLiteral{take().number}, .at = token.at, .operands = {}});
    if (token.kind == Kind::text) return finished({.node = TextLiteral{take().text}, .at = token.at, .operands = {}});
    if (is_symbol("(")) return bracketed();
    if (is_symbol("{")) return selector();
    if (token.kind == Kind::name) return called(peek(1)) ? call() : selector();
    unexpected("a number, a metric name or '('");
    return {.node = NumberLiteral{}, .operands = {}};
  }

  Expression bracketed() {
    take();
    auto inner = binary(1);
    expect(")");
    return inner;
  }

  bool called(const Token& next) const {
    const auto word = folded(peek().text);
    const bool aggregates_here = find_aggregate(word) != nullptr || std::ranges::find(refused_aggregates, word) != refused_aggregates.end();
    const bool grouped = next.kind == Kind::name && (folded(next.text) == "by" || folded(next.text) == "without");
    return peek().kind == Kind::name && ((next.kind == Kind::symbol && next.text == "(") || (grouped && aggregates_here));
  }

  Expression call() {
    const Token word = take();
    if (const auto* aggregate = find_aggregate(folded(word.text))) return aggregation(*aggregate, word);
    Expression node{.node = Call{}, .at = word.at, .operands = {}};
    const auto* function = find_function(word.text);
    if (function == nullptr) return refuse_call(word), node;
    node.node = Call{function};
    node.operands = operands();
    return finished(std::move(node));
  }

  std::vector<Expression> operands() {
    std::vector<Expression> out;
    expect("(");
    while (!error_ && !is_symbol(")")) {
      out.push_back(binary(1));
      if (is_symbol(",") && peek(1).text == ")") return unexpected("an operand"), out;
      if (!is_symbol(")")) expect(",");
    }
    expect(")");
    return out;
  }

  Expression aggregation(Aggregate aggregate, const Token& word) {
    Aggregation out{.aggregate = aggregate, .labels = {}};
    const bool before = grouping(out);
    Expression node{.node = Aggregation{}, .at = word.at, .operands = operands()};
    if (!before) grouping(out);
    node.node = std::move(out);
    return finished(std::move(node));
  }

  bool grouping(Aggregation& out) {
    if (!is_word("by") && !is_word("without")) return false;
    out.without = is_word("without");
    take();
    out.labels = label_list();
    return true;
  }

  void refuse_call(const Token& function) {
    const bool refused =
        is_refused_function(function.text) || std::ranges::find(refused_aggregates, folded(function.text)) != refused_aggregates.end();
    if (refused) return not_supported(function, function.text);
    const auto guess = nearest_function(function.text);
    fail(function.at, "unknown function '" + ground::printable(function.text.substr(0, 80)) + "'" +
                          (guess.empty() ? "" : ", did you mean '" + guess + "'?"));
  }

  Expression selector() {
    Expression node{.node = Selector{}, .at = peek().at, .operands = {}};
    Selector out;
    if (peek().kind == Kind::name) add_matcher(out, {.name = std::string{metric_name}, .value = take()});
    if (is_symbol("{")) {
      take();
      while (!error_ && !is_symbol("}")) {
        matcher(out);
        if (!is_symbol("}")) expect(",");
      }
      expect("}");
    }
    out.slot = slots_++;
    node.node = std::move(out);
    return finished(std::move(node));
  }

  struct Written {
    std::string name;
    MatchKind kind = MatchKind::equal;
    Token value;
  };

  void matcher(Selector& out) {
    const Token label = take();
    const bool quoted = label.kind == Kind::text;
    if (quoted && (is_symbol(",") || is_symbol("}"))) return add_matcher(out, {.name = std::string{metric_name}, .value = label});
    if (!quoted && (label.kind != Kind::name || !is_label_name(label.text))) return fail(label.at, "a label name is expected in {}");
    const auto kind = match_kind();
    if (!kind) return unexpected("=, !=, =~ or !~");
    take();
    if (peek().kind != Kind::text) return unexpected("a quoted text");
    add_matcher(out, {.name = label.text, .kind = *kind, .value = take()});
  }

  std::optional<MatchKind> match_kind() const {
    constexpr std::array<std::string_view, 4> signs{"=", "!=", "=~", "!~"};
    for (std::size_t i = 0; i < signs.size(); ++i)
      if (is_symbol(signs[i])) return static_cast<MatchKind>(i);
    return std::nullopt;
  }

  void add_matcher(Selector& out, Written written) {
    const bool named_before =
        std::any_of(out.matchers.begin(), out.matchers.end(), [](const Matcher& m) { return m.name() == metric_name; });
    if (written.name == metric_name && named_before && written.kind == MatchKind::equal)
      return fail(written.value.at, "the metric's name is given twice");
    auto made = Matcher::make(std::move(written.name), written.kind, written.value.text);
    if (!made) return fail(written.value.at, made.error().what);
    out.matchers.push_back(*std::move(made));
  }

  std::vector<std::string> label_list() {
    std::vector<std::string> out;
    expect("(");
    while (!error_ && !is_symbol(")")) {
      const Token label = take();
      const bool usable = label.kind == Kind::text || (label.kind == Kind::name && is_label_name(label.text));
      if (!usable) fail(label.at, "a label name is expected");
      out.push_back(label.text);
      if (!is_symbol(")")) expect(",");
    }
    expect(")");
    return out;
  }

  Expression finished(Expression node) {
    if (error_) return node;
    node.height = height_over(node.operands);
    if (node.height > expression_max_height) fail(node.at, "more than 500 operators in a row");
    if (auto error = check_types(node); error && !error_) error_ = std::move(error);
    return node;
  }

  const BinaryWord* binary_word() {
    const Token& token = peek();
    if (token.kind != Kind::symbol && token.kind != Kind::name) return nullptr;
    const auto text = folded(token.text);
    const auto* found = std::find_if(binary_words.begin(), binary_words.end(), [&](const BinaryWord& word) { return word.text == text; });
    return found == binary_words.end() ? nullptr : found;
  }

  const Token& peek(std::size_t ahead = 0) const { return error_ ? tokens_.back() : tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  const Token& take() {
    const Token& token = peek();
    next_ = std::min(next_ + 1, tokens_.size() - 1);
    return token;
  }
  bool is_symbol(std::string_view text) const { return peek().kind == Kind::symbol && peek().text == text; }
  bool is_word(std::string_view text) const { return peek().kind == Kind::name && folded(peek().text) == text; }

  void expect(std::string_view symbol) {
    if (is_symbol(symbol))
      take();
    else
      unexpected("'" + std::string{symbol} + "'");
  }
  void unexpected(std::string_view wanted) {
    const Token& token = peek();
    const std::string found = token.kind == Kind::end ? "the end" : "'" + ground::printable(token.text.substr(0, 80)) + "'";
    fail(token.at, std::string{wanted} + " is expected, not " + found);
  }
  void not_supported(const Token& token, std::string_view what) { fail(token.at, "not supported: " + ground::printable(what)); }
  void fail(Position at, std::string what) {
    if (!error_) error_ = ExpressionError{at, std::move(what)};
  }

  std::vector<Token> tokens_;
  std::optional<ExpressionError> error_;
  std::size_t next_ = 0;
  std::size_t slots_ = 0;
  int depth_ = 0;
};

}  // namespace

std::variant<Expression, ExpressionError> parse(std::string_view text) {
  if (text.size() > expression_max_bytes) return ExpressionError{{}, "the expression is longer than 64 KiB"};
  return Parser{tokenise(text)}.run();
}

}  // namespace holdup::rules
