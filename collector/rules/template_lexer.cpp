#include "collector/rules/template_lexer.hpp"

#include <algorithm>
#include <optional>

#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

using Word = TemplateWord;
using Kind = TemplateWord::Kind;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_figure(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_figure(c) || (c & 0x80) != 0; }

std::string_view without_tail_spaces(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_{text} {}

  ground::Result<std::vector<Word>> split() {
    while (at_ < text_.size() && !failure_) {
      const auto open = std::min(text_.find("{{", at_), text_.size());
      auto plain = text_.substr(at_, open - at_);
      const bool trims_before = text_.substr(open).starts_with("{{-") && open + 3 < text_.size() && is_space(text_[open + 3]);
      if (trims_before) plain = without_tail_spaces(plain);
      if (!plain.empty()) words_.push_back({.kind = Kind::text, .text = std::string{plain}, .at = at_});
      at_ = open;
      if (at_ < text_.size()) action(trims_before);
    }
    if (failure_) return *failure_;
    return std::move(words_);
  }

 private:
  void action(bool trimmed) {
    const auto open = at_;
    at_ += trimmed ? 3 : 2;
    const auto start = text_.find_first_not_of(" \t\r\n", trimmed ? at_ : std::string_view::npos);
    if (text_.substr(trimmed ? std::min(start, text_.size()) : at_).starts_with("/*")) return comment(open);
    words_.push_back({.kind = Kind::open, .text = {}, .at = open});
    while (!failure_) {
      const auto before = at_;
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      const bool spaced = at_ > before;
      if (at_ >= text_.size()) return fail(open, "'{{' has no '}}'");
      if (closes(spaced)) return;
      word(spaced);
    }
  }

  void comment(std::size_t open) {
    const auto end = text_.find("*/", at_);
    if (end == std::string_view::npos) return fail(open, "a comment has no end");
    at_ = end + 2;
    const bool spaced = at_ < text_.size() && is_space(text_[at_]);
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    const bool trims = spaced && text_.substr(at_).starts_with("-}}");
    if (!trims && (spaced || !text_.substr(at_).starts_with("}}"))) return fail(open, "a comment ends before '}}'");
    at_ += trims ? 3 : 2;
    if (trims) skip_space();
  }

  bool closes(bool spaced) {
    const auto rest = text_.substr(at_);
    const bool trims = spaced && rest.starts_with("-}}");
    if (!trims && !rest.starts_with("}}")) return false;
    words_.push_back({.kind = Kind::close, .text = {}, .at = at_});
    at_ += trims ? 3 : 2;
    if (trims) skip_space();
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  void word(bool spaced) {
    const char c = text_[at_];
    const auto rest = text_.substr(at_);
    const auto symbol = [&](Kind kind, std::size_t length) { add(kind, length, {}, spaced); };
    if (c == '|') return symbol(Kind::pipe, 1);
    if (c == '(') return symbol(Kind::left, 1);
    if (c == ')') return symbol(Kind::right, 1);
    if (c == ',') return symbol(Kind::comma, 1);
    if (rest.starts_with(":=")) return symbol(Kind::declare, 2);
    if (c == '=') return symbol(Kind::assign, 1);
    if (c == '"' || c == '\'') return quote(c, spaced);
    if (c == '`') return raw(spaced);
    const bool number =
        is_figure(c) || ((c == '-' || c == '+' || c == '.') && rest.size() > 1 && (is_figure(rest[1]) || (c != '.' && rest[1] == '.')));
    if (number) return add(Kind::number, number_length(rest), rest, spaced);
    if (c == '.' || c == '$') {
      const auto length = name_length(rest.substr(1));
      if (c == '$') return add(Kind::variable, length + 1, rest, spaced);
      return length == 0 ? symbol(Kind::dot, 1) : add(Kind::field, length + 1, rest.substr(1), spaced);
    }
    if (const auto length = name_length(rest); length > 0) return add(Kind::name, length, rest, spaced);
    fail(at_, "unexpected '" + ground::printable(rest.substr(0, std::max<std::size_t>(1, ground::utf8_length(rest)))) + "'");
  }

  static std::size_t name_length(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_name_part) - text.begin());
  }

  static std::size_t number_length(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && (is_name_part(text[length]) || text[length] == '.' ||
                                    ((text[length] == '+' || text[length] == '-') && (text[length - 1] | 0x20) == 'e')))
      ++length;
    return length;
  }

  /// `from` begins with what the word says, of which a field's dot is no part.
  void add(Kind kind, std::size_t length, std::string_view from, bool spaced) {
    const auto shown = kind == Kind::field ? length - 1 : length;
    words_.push_back({.kind = kind, .text = std::string{from.substr(0, from.empty() ? 0 : shown)}, .at = at_, .after_space = spaced});
    at_ += length;
  }

  void raw(bool spaced) {
    const auto end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return fail(at_, "a quote stays open");
    words_.push_back({.kind = Kind::quoted, .text = std::string{text_.substr(at_ + 1, end - at_ - 1)}, .at = at_, .after_space = spaced});
    at_ = end + 1;
  }

  void quote(char mark, bool spaced) {
    const auto begin = at_++;
    std::string out;
    while (at_ < text_.size() && text_[at_] != mark && text_[at_] != '\n') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
      } else if (const auto made = escape()) {
        out += *made;
      } else {
        return fail(at_, "an escape that is none of Go's");
      }
    }
    if (at_ >= text_.size() || text_[at_] == '\n') return fail(begin, "a quote stays open");
    ++at_;
    words_.push_back({.kind = mark == '"' ? Kind::quoted : Kind::character, .text = std::move(out), .at = begin, .after_space = spaced});
  }

  std::optional<char> escape() {
    if (at_ + 1 >= text_.size()) return std::nullopt;
    const char c = text_[at_ + 1];
    constexpr std::string_view from = "abfnrtv\\'\"";
    constexpr std::string_view to = "\a\b\f\n\r\t\v\\'\"";
    if (const auto place = from.find(c); place != std::string_view::npos) return at_ += 2, to[place];
    if (c != 'x' || at_ + 3 >= text_.size()) return std::nullopt;
    const auto figure = [](char digit) { return std::string_view{"0123456789abcdef"}.find(static_cast<char>(digit | 0x20)); };
    const auto high = figure(text_[at_ + 2]);
    const auto low = figure(text_[at_ + 3]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    return at_ += 4, static_cast<char>(high * 16 + low);
  }

  void fail(std::size_t at, std::string what) {
    if (!failure_) failure_ = template_failure(text_, at, std::move(what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Word> words_;
  std::optional<ground::Failure> failure_;
};

}  // namespace

ground::Result<std::vector<TemplateWord>> template_words(std::string_view text) { return Splitter{text}.split(); }

ground::Failure template_failure(std::string_view text, std::size_t at, std::string what) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto column = before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
  return {ground::FailureKind::malformed, std::move(what) + " (line " + std::to_string(line) + ", column " + std::to_string(column) + ")"};
}

}  // namespace holdup::rules
