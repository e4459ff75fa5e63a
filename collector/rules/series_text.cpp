#include "collector/rules/series_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "collector/rules/duration.hpp"
#include "collector/rules/lexer.hpp"
#include "collector/rules/point.hpp"

namespace holdup::rules {
namespace {

using ground::Failure;
using ground::FailureKind;
using Kind = Token::Kind;

constexpr std::size_t most_values = 1'000'000;  // of one line

Failure malformed(std::string what) { return {FailureKind::malformed, std::move(what)}; }

/// How long metric{…} at the beginning is.
std::size_t name_length(std::string_view text) {
  char quote = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '{') {
      inside = true;
    } else if (c == '}') {
      return i + 1;
    } else if (!inside && (c == ' ' || c == '\t')) {
      const auto rest = text.substr(std::min(text.find_first_not_of(" \t", i), text.size()));
      if (!rest.starts_with('{') || rest.starts_with("{{")) return i;
    }
  }
  return text.size();
}

/// The values of a line, item by item.
class Values {
 public:
  explicit Values(std::string_view text) : rest_{text} {}

  ground::Result<WrittenSeries> read() {
    for (skip_blanks(); !rest_.empty(); skip_blanks()) {
      if (rest_.starts_with("{{"))
        native();
      else if (rest_.starts_with("_"))
        gap();
      else if (rest_.starts_with("stale"))
        rest_.remove_prefix(5), add(stale_marker, 1);
      else
        numbers();
      if (!rest_.empty() && rest_.front() != ' ' && rest_.front() != '\t' && wrong_.empty())
        wrong_ = "cannot be read: " + std::string{rest_};
      if (!wrong_.empty()) return malformed(wrong_);
    }
    return std::move(out_);
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void add(std::optional<double> value, std::size_t times) {
    if (out_.values.size() + times > most_values)
      wrong_ = "more than a million values";
    else
      out_.values.insert(out_.values.end(), times, value);
  }

  void native() {
    out_.native = true;
    do {  // {{…}}+{{…}}x3 has blanks inside its braces only
      const auto end = rest_.find("}}");
      if (end == std::string_view::npos) return void(wrong_ = "a histogram has no end");
      rest_.remove_prefix(end + 2);
    } while ((rest_.starts_with("+{{") || rest_.starts_with("-{{")) && take(rest_.front()));
    rest_.remove_prefix(std::min(rest_.find_first_of(" \t"), rest_.size()));
  }

  void gap() {
    rest_.remove_prefix(1);
    add(std::nullopt, take('x') ? count() : 1);
  }

  void numbers() {
    double value = number();
    const bool falls = rest_.starts_with('-');
    double rise = 0;
    if (falls || rest_.starts_with('+')) {
      rest_.remove_prefix(1);
      rise = falls ? -number() : number();
      if (!rest_.starts_with('x')) return void(wrong_ = "a step needs a count, as in 1+2x3");
    }
    const std::size_t more = take('x') ? count() : 0;
    for (std::size_t i = 0; i <= more && wrong_.empty(); ++i, value += rise) add(value, 1);
  }

  std::size_t count() {
    std::size_t out = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc{} || out > most_values) return wrong_ = "a count of values is expected behind x", 0;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return out;
  }

  double number() {
    const bool negative = take('-');
    if (!negative) take('+');
    const double sign = negative ? -1 : 1;
    for (std::string_view word : {"Inf", "inf", "NaN", "nan"})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(3);
        return word[0] == 'I' || word[0] == 'i' ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
      }
    const auto duration_end = rest_.find_first_not_of("0123456789ywdhms");
    if (const auto duration = parse_prometheus_duration(rest_.substr(0, duration_end)); duration && rest_.substr(0, duration_end) != "0") {
      rest_.remove_prefix(std::min(duration_end, rest_.size()));
      return sign * ground::seconds(*duration);
    }
    double out = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc{}) return wrong_ = "no value: " + std::string{rest_}, 0;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return sign * out;
  }

  std::string_view rest_;
  WrittenSeries out_;
  std::string wrong_;
};

}  // namespace

ground::Result<Labels> take_series_name(std::string_view& text) {
  const auto length = name_length(text);
  const auto tokens = tokenise(text.substr(0, length));
  text.remove_prefix(length);
  if (tokens.error) return malformed(tokens.error->text());
  std::vector<Label> labels;
  auto token = tokens.all.begin();
  const auto is = [&](std::string_view symbol) { return token->kind == Kind::symbol && token->text == symbol; };
  if (token->kind == Kind::name) labels.emplace_back(metric_name, (token++)->text);
  if (is("{")) {
    for (++token; !is("}");) {
      const bool quoted = token->kind == Kind::text;
      if (!quoted && token->kind != Kind::name) return malformed("a label name is expected");
      const std::string name = (token++)->text;
      if (quoted && !is("=")) {
        labels.emplace_back(metric_name, name);
      } else {
        if (!is("=")) return malformed("'=' is expected after label " + name);
        if ((++token)->kind != Kind::text) return malformed("a quoted value is expected for label " + name);
        labels.emplace_back(name, (token++)->text);
      }
      if (is(","))
        ++token;
      else if (!is("}"))
        return malformed("',' or '}' is expected");
    }
    ++token;
  }
  if (token->kind != Kind::end) return malformed("a series is expected, such as up{job=\"x\"}");
  return Labels{std::move(labels)};
}

ground::Result<WrittenSeries> parse_series(std::string_view text) {
  auto labels = take_series_name(text);
  if (!labels) return labels.error();
  auto out = Values{text}.read();
  if (!out) return out;
  out->labels = *std::move(labels);
  if (out->native) out->values.clear();
  return out;
}

}  // namespace holdup::rules
