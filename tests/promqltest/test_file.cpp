#include "test_file.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <variant>
#include <vector>

#include "collector/rules/duration.hpp"
#include "collector/rules/function.hpp"
#include "collector/rules/lexer.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/parser.hpp"
#include "collector/rules/series_text.hpp"
#include "ground/number.hpp"
#include "results.hpp"

namespace holdup::promqltest {
namespace {

using ground::Duration;
using ground::Instant;
using rules::Evaluation;
using rules::Expression;
using rules::Remark;
using namespace std::chrono_literals;

struct Line {
  int number = 0;
  std::string text;
};
using Block = std::vector<Line>;

/// What a line `expect …` wants of errors and remarks.
struct Expectation {
  std::string word;  // fail, warn, info, no_warn, no_info
  std::optional<std::string> message;
  std::optional<std::regex> pattern;

  [[nodiscard]] bool fits(const std::string& said) const {
    if (message) return said == *message;
    return !pattern || std::regex_search(said, *pattern);
  }
};

struct Eval {
  int line = 0;
  std::string expression;
  bool is_range = false, ordered = false, fails = false;
  Instant from{}, to{};
  Duration step = 1min;
  bool expects_matrix = false;
  Instant matrix_from{};
  std::optional<std::string> text;
  std::optional<double> number;
  std::vector<Series> series;
  std::vector<Expectation> expectations;
  bool native = false;
  std::string trouble;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

std::string trimmed_text(std::string text) {
  constexpr const char* blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<Duration> duration_of(std::string text) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  const auto seconds = ground::parse_number(text);
  std::optional<Duration> out = rules::parse_prometheus_duration(text);
  if (seconds) out = std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>{*seconds});
  return out ? std::optional<Duration>{negative ? -*out : *out} : std::nullopt;
}

Instant at_or(const std::string& text, std::string& trouble) {
  const auto out = duration_of(text);
  if (!out) trouble = "no time: " + text;
  return Instant{out.value_or(Duration{})};
}

std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> out(1);
  std::istringstream in{std::string{text}};
  int number = 0;
  for (std::string raw; std::getline(in, raw);) {
    ++number;
    auto line = trimmed_text(raw);
    if (line.empty() || line.starts_with('#')) {
      if (!out.back().empty()) out.emplace_back();
      continue;
    }
    out.back().push_back({number, std::move(line)});
  }
  return out;
}

/// Does not set what a subquery asks at each of its steps.
void fix(Expression& expression, Instant at, bool within) {
  if (auto* selector = std::get_if<rules::Selector>(&expression.node);
      selector != nullptr && !within && selector->view.fixed == rules::View::Fixed::no)
    selector->view.fixed = rules::View::Fixed::at, selector->view.at = at;
  auto* subquery = std::get_if<rules::Subquery>(&expression.node);
  if (subquery != nullptr && !within && subquery->view.fixed == rules::View::Fixed::no)
    subquery->view.fixed = rules::View::Fixed::at, subquery->view.at = at;
  for (auto& operand : expression.operands) fix(operand, at, within || subquery != nullptr);
}

template <class Fits>
bool any_node(const Expression& expression, Fits fits) {
  return fits(expression) || std::ranges::any_of(expression.operands, [&](const Expression& operand) { return any_node(operand, fits); });
}

bool tells_time(const Expression& expression) {
  return any_node(expression, [](const Expression& node) {
    const auto* call = std::get_if<rules::Call>(&node.node);
    if (call == nullptr) return false;
    const auto name = call->function->name;
    return std::holds_alternative<rules::OfMoment>(call->function->made) || name == "time" || name == "timestamp" ||
           name == "predict_linear";
  });
}

bool knows_range(const Expression& expression) {
  return any_node(expression, [](const Expression& node) {
    const auto* selector = std::get_if<rules::Selector>(&node.node);
    const auto* subquery = std::get_if<rules::Subquery>(&node.node);
    const auto fixed = selector ? selector->view.fixed : subquery ? subquery->view.fixed : rules::View::Fixed::no;
    return fixed == rules::View::Fixed::start || fixed == rules::View::Fixed::end;
  });
}

class Runner {
 public:
  explicit Runner(const std::function<void(const Outcome&)>& take) : take_{take} {}

  void run(std::string_view text) {
    for (const auto& block : blocks_of(text)) run(block);
  }

 private:
  void run(const Block& block) {
    std::size_t next = 0;
    while (next < block.size()) {
      auto command = words_of(block[next].text).front();
      std::ranges::transform(command, command.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (command == "clear")
        memory_.clear(), ++next;
      else if (command.starts_with("load"))
        next = load(block, next);
      else if (command.starts_with("eval"))
        next = eval(block, next);
      else
        report(Outcome::Kind::fail, block[next].number, "no command: " + block[next].text), ++next;
    }
  }

  std::size_t load(const Block& block, std::size_t next) {
    const auto& head = block[next];
    const auto words = words_of(head.text);
    const auto step = words.size() == 2 ? duration_of(words[1]) : std::nullopt;
    if (!step) return report(Outcome::Kind::fail, head.number, "load needs a step"), block.size();
    std::map<rules::Labels, std::vector<rules::Point>> loaded;
    bool started = false;  // the line before gives start timestamps, which holdup has not
    for (++next; next < block.size(); ++next) {
      const auto& line = block[next];
      const auto blank = std::min(line.text.find("@st"), line.text.size());
      if (blank < line.text.size() && (blank + 3 == line.text.size() || line.text[blank + 3] == ' ')) {
        started = true;
        continue;
      }
      const auto series = rules::parse_series(line.text);
      if (!series) {
        report(Outcome::Kind::fail, line.number, series.error().what);
        continue;
      }
      if (series->native || std::exchange(started, false)) memory_.add_foreign(series->labels);
      auto& points = loaded[series->labels];
      points.clear();
      for (std::size_t i = 0; i < series->values.size(); ++i)
        if (series->values[i]) points.push_back({Instant{} + static_cast<std::int64_t>(i) * *step, *series->values[i]});
      if (words[0] == "load_with_nhcb") add_converted(series->labels);
    }
    for (const auto& [labels, points] : loaded) memory_.add(labels, points);
    return next;
  }

  /// The native histogram that Prometheus would make of classic buckets.
  void add_converted(rules::Labels labels) {
    std::string name{labels.get(rules::metric_name)};
    for (std::string_view ending : {"_bucket", "_sum", "_count"})
      if (name.ends_with(ending)) {
        labels.set(rules::metric_name, name.substr(0, name.size() - ending.size()));
        labels.set("le", "");
        return memory_.add_foreign(std::move(labels));
      }
  }

  std::size_t eval(const Block& block, std::size_t next) {
    Eval eval = head_of(block[next]);
    bool done = false;
    for (++next; next < block.size() && !done; ++next) {
      const auto& text = block[next].text;
      if (is_command(text)) break;
      done = expected(eval, text);
    }
    judge(eval);
    return next;
  }

  static bool is_command(const std::string& text) {
    const auto word = words_of(text).front();
    return word == "clear" || word == "load" || word == "load_with_nhcb" || word == "eval" || word.starts_with("eval_");
  }

  static Eval head_of(const Line& line) {
    static const std::regex instant{R"(^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$)"};
    static const std::regex range{R"(^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$)"};
    Eval out{.line = line.number};
    std::smatch found;
    if (std::regex_match(line.text, found, instant)) {
      if (found[2].matched) out.from = out.to = at_or(found[2], out.trouble);
      out.expression = found[3];
    } else if (std::regex_match(line.text, found, range)) {
      out.is_range = true;
      out.from = at_or(found[2], out.trouble), out.to = at_or(found[3], out.trouble);
      out.step = at_or(found[4], out.trouble).time_since_epoch();
      out.expression = found[5];
    } else {
      out.trouble = "no eval: " + line.text;
      return out;
    }
    const std::string mode = found[1];
    out.ordered = mode == "ordered";
    out.fails = mode == "fail";
    if (mode == "warn" || mode == "info") out.expectations.push_back({.word = mode});
    return out;
  }

  /// True where the block ends with this line.
  static bool expected(Eval& eval, const std::string& text) {
    const auto words = words_of(text);
    if (text.starts_with("expected_fail_message ")) return eval.expectations.push_back({.word = "fail", .message = text.substr(22)}), true;
    if (text.starts_with("expected_fail_regexp "))
      return eval.expectations.push_back({.word = "fail", .pattern = std::regex{text.substr(21)}}), true;
    if (words[0] == "expect" && words.size() > 1 && words[1] == "range") return matrix_of(eval, words), false;
    if (words[0] == "expect") return expect(eval, text), false;
    if (words.size() == 1 && !text.starts_with('{'))
      if (const auto number = rules::parse_series("{} " + text); number && number->values.size() == 1)
        return eval.number = number->values[0], true;
    read_series(eval, text);
    return false;
  }

  static void matrix_of(Eval& eval, const std::vector<std::string>& words) {
    if (words.size() != 9) return void(eval.trouble = "expect range vector from A to B step S");
    eval.expects_matrix = true;
    eval.matrix_from = at_or(words[4], eval.trouble);
    eval.from = eval.to = at_or(words[6], eval.trouble);
    eval.step = at_or(words[8], eval.trouble).time_since_epoch();
  }

  static void expect(Eval& eval, const std::string& text) {
    static const std::regex form{R"(^expect\s+(ordered|fail|warn|no_warn|info|no_info|string)(?:\s+(.*))?$)"};
    std::smatch found;
    if (!std::regex_match(text, found, form)) return void(eval.trouble = "no expectation: " + text);
    const std::string word = found[1], rest = found[2];
    if (word == "ordered") return void(eval.ordered = true);
    if (word == "string") {
      const auto tokens = rules::tokenise(rest);
      eval.text = tokens.all.front().text;
      return;
    }
    Expectation out{.word = word};
    if (rest.starts_with("msg:")) out.message = trimmed_text(rest.substr(4));
    if (rest.starts_with("regex:")) out.pattern = std::regex{trimmed_text(rest.substr(6))};
    eval.fails = eval.fails || word == "fail";
    eval.expectations.push_back(std::move(out));
  }

  static void read_series(Eval& eval, const std::string& text) {
    auto series = rules::parse_series(text);
    if (!series) return void(eval.trouble = series.error().what);
    eval.native = eval.native || series->native;
    Series out{.labels = std::move(series->labels), .points = {}};
    const auto start = eval.expects_matrix ? eval.matrix_from : eval.from;
    for (std::size_t i = 0; i < series->values.size(); ++i)
      if (series->values[i]) out.points.push_back({start + static_cast<std::int64_t>(i) * eval.step, *series->values[i]});
    if (!out.points.empty()) eval.series.push_back(std::move(out));
  }

  void judge(const Eval& eval) {
    if (!eval.trouble.empty()) return report(Outcome::Kind::fail, eval.line, eval.trouble);
    if (eval.native) return report(Outcome::Kind::skip, eval.line, "native histograms are expected");
    const auto parsed = rules::parse(eval.expression);
    if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) {
      const bool refused = error->what.starts_with("not supported: ");
      return report(refused ? Outcome::Kind::skip : Outcome::Kind::fail, eval.line, error->text());
    }
    const auto& expression = std::get<Expression>(parsed);
    (void)memory_.met_foreign();
    const auto why = eval.is_range ? range_trouble(eval, expression) : instant_trouble(eval, expression);
    if (memory_.met_foreign()) return report(Outcome::Kind::skip, eval.line, "native histograms or start timestamps are read");
    report(why ? Outcome::Kind::fail : Outcome::Kind::pass, eval.line, why.value_or(""));
  }

  Evaluation evaluated(const Expression& expression, Instant at, std::optional<std::pair<Instant, Instant>> range = {}) {
    return rules::evaluate(expression, {.at = at, .range = range, .late_names = true}, memory_);
  }

  std::optional<std::string> instant_trouble(const Eval& eval, const Expression& expression) {
    if (auto why = once(eval, expression, eval.from)) return why;
    if (eval.fails) return std::nullopt;
    const auto T = eval.from.time_since_epoch();
    auto fixed = expression;
    fix(fixed, eval.from, false);
    if (!tells_time(expression) && !knows_range(expression))
      for (const Duration at : {-10 * T, Duration{}, T / 5, T, 10 * T})
        if (auto why = once(eval, fixed, Instant{at})) return "with @, at " + ground::number_text(ground::seconds(at)) + ": " + *why;
    const bool as_range = expression.type == rules::Type::scalar || expression.type == rules::Type::instant_vector;
    if (!as_range || eval.expects_matrix || knows_range(expression)) return std::nullopt;
    const std::pair range{eval.from - 1min, eval.from + 1min};
    const auto evaluation = evaluated(expression, eval.from, range);
    if (evaluation.error) return "as a range: " + evaluation.error->what;
    if (auto why = value_trouble(eval, evaluation, false)) return "as a range: " + *why;
    return std::nullopt;
  }

  std::optional<std::string> once(const Eval& eval, const Expression& expression, Instant at) {
    const auto evaluation = evaluated(expression, at);
    if (auto why = said_trouble(eval, evaluation.error, evaluation.remarks)) return why;
    return evaluation.error ? std::nullopt : value_trouble(eval, evaluation, eval.ordered);
  }

  static std::optional<std::string> value_trouble(const Eval& eval, const Evaluation& evaluation, bool ordered) {
    std::vector<Series> found;
    if (const auto* number = std::get_if<double>(&evaluation.value)) {
      if (!eval.number) return "a scalar: " + ground::number_text(*number);
      return nearly_equal(*eval.number, *number) ? std::nullopt : std::optional{"is " + ground::number_text(*number)};
    }
    if (const auto* text = std::get_if<std::string>(&evaluation.value))
      return eval.text == *text ? std::nullopt : std::optional{"is the string \"" + *text + "\""};
    if (eval.number || eval.text) return "is no scalar or string";
    if (const auto* vector = std::get_if<rules::Vector>(&evaluation.value))
      for (const auto& element : *vector) found.push_back({rules::counted(*element.labels, element.named), {{eval.from, element.value}}});
    else
      for (const auto& track : std::get<rules::Matrix>(evaluation.value))
        found.push_back({rules::counted(*track.labels, track.named), track.points});
    return difference(eval.series, found, ordered);
  }

  std::optional<std::string> range_trouble(const Eval& eval, const Expression& expression) {
    std::map<rules::Labels, std::vector<rules::Point>> found;
    std::optional<rules::ExpressionError> error;
    std::vector<Remark> remarks;
    for (auto at = eval.from; at <= eval.to && !error; at += eval.step) {
      const auto evaluation = evaluated(expression, at, std::pair{eval.from, eval.to});
      error = evaluation.error;
      remarks.insert(remarks.end(), evaluation.remarks.begin(), evaluation.remarks.end());
      if (const auto* number = std::get_if<double>(&evaluation.value))
        found[{}].push_back({at, *number});
      else if (const auto* vector = std::get_if<rules::Vector>(&evaluation.value))
        for (const auto& element : *vector) found[rules::counted(*element.labels, element.named)].push_back({at, element.value});
    }
    if (auto why = said_trouble(eval, error, remarks)) return why;
    if (error) return std::nullopt;
    std::vector<Series> series;
    for (const auto& [labels, points] : found) series.push_back({labels, points});
    return difference(eval.series, series, false);
  }

  static std::optional<std::string> said_trouble(const Eval& eval, const std::optional<rules::ExpressionError>& error,
                                                 const std::vector<Remark>& remarks) {
    if (error && !eval.fails) return error->what;
    if (!error && eval.fails) return "does not fail";
    std::vector<std::string> warnings, infos;
    for (const auto& remark : remarks) (remark.weight == Remark::Weight::warning ? warnings : infos).push_back(remark.text());
    for (const auto& wanted : eval.expectations) {
      const auto fits = [&](const std::string& said) { return wanted.fits(said); };
      if (wanted.word == "fail" && error && !wanted.fits(error->what)) return "fails otherwise: " + error->what;
      if (wanted.word == "warn" && std::ranges::none_of(warnings, fits)) return "no such warning";
      if (wanted.word == "info" && std::ranges::none_of(infos, fits)) return "no such info";
      if (wanted.word == "no_warn" && !warnings.empty()) return "warns: " + warnings.front();
      if (wanted.word == "no_info" && !infos.empty()) return "informs: " + infos.front();
    }
    for (const auto& [word, said] : {std::pair{"warn", &warnings}, std::pair{"info", &infos}}) {
      const bool asked = std::ranges::any_of(eval.expectations, [&](const Expectation& e) { return e.word == word; });
      for (const auto& text : *said)
        if (asked && std::ranges::none_of(eval.expectations, [&](const Expectation& e) { return e.word == word && e.fits(text); }))
          return "says unexpectedly: " + text;
    }
    return std::nullopt;
  }

  void report(Outcome::Kind kind, int line, std::string why) { take_({kind, line, std::move(why)}); }

  const std::function<void(const Outcome&)>& take_;
  rules::Memory memory_;
};

}  // namespace

void run(std::string_view text, const std::function<void(const Outcome&)>& take) { Runner{take}.run(text); }

}  // namespace holdup::promqltest
