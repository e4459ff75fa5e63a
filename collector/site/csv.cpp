#include "collector/site/csv.hpp"

#include <algorithm>

namespace holdup::site {
namespace {

bool at_line_end(std::string_view text, std::size_t at) { return at >= text.size() || text[at] == '\n' || text[at] == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Of the first line: what it has most of outside quotes.
char separator_of(std::string_view text) {
  constexpr std::string_view known = ",;\t";
  std::size_t counts[3] = {};
  bool quoted = false;
  for (std::size_t at = 0; at < text.size() && (quoted || !at_line_end(text, at)); ++at) {
    if (text[at] == '"') quoted = !quoted;
    const auto which = known.find(text[at]);
    if (!quoted && which != std::string_view::npos) ++counts[which];
  }
  return known[static_cast<std::size_t>(std::ranges::max_element(counts) - counts)];
}

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file, ground::Problems& problems) : text_{text}, file_{file}, problems_{problems} {}

  std::vector<CsvRow> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF") || text_.find('\0') != std::string_view::npos) {
      complain(1, "UTF-16, or no text", "save it as CSV UTF-8");
      return {};
    }
    while (at_ < text_.size()) read_line();
    return std::move(rows_);
  }

 private:
  void complain(int line, std::string what, std::string mend) {
    problems_.add({.file = file_, .line = line, .key = {}, .what = std::move(what), .mend = std::move(mend)});
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  void skip_line() {
    while (!at_line_end(text_, at_)) ++at_;
    end_line();
  }

  /// Excel's `sep=;`
  bool names_separator() {
    const auto line = text_.substr(at_, 6);
    if (!line.starts_with("sep=") || line.size() < 5 || !at_line_end(line, 5)) return false;
    if (std::string_view{",;\t|"}.find(line[4]) == std::string_view::npos) return false;
    separator_ = line[4];
    return true;
  }

  void read_line() {
    if (separator_ == 0 && names_separator()) return skip_line();
    if (text_.substr(at_).starts_with("# ") || at_line_end(text_, at_)) return skip_line();
    if (separator_ == 0) separator_ = separator_of(text_.substr(at_));
    CsvRow row{.line = line_, .fields = {}};
    sound_ = true;
    for (bool more = true; more;) {
      row.fields.push_back(read_field(row.line));
      more = at_ < text_.size() && text_[at_] == separator_;
      if (more) ++at_;
    }
    end_line();
    const bool holds = std::ranges::any_of(row.fields, [](const auto& field) { return !field.empty(); });
    if (sound_ && holds) rows_.push_back(std::move(row));
  }

  std::string read_field(int line) {
    auto quote = at_;
    while (quote < text_.size() && text_[quote] == ' ') ++quote;
    if (quote < text_.size() && text_[quote] == '"') return at_ = quote + 1, read_quoted(line);
    const auto begin = at_;
    while (!at_line_end(text_, at_) && text_[at_] != separator_) ++at_;
    return std::string{trimmed(text_.substr(begin, at_ - begin))};
  }

  std::string read_quoted(int line) {
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"' && text_.substr(at_ + 1).starts_with('"')) {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return skip_to_separator(line), std::string{trimmed(out)};
      }
      if (text_[at_] == '\n') ++line_;
      out += text_[at_];
    }
    sound_ = false;
    complain(line, "a quote is not closed", "close it, or double a quote that belongs to the text");
    return out;
  }

  void skip_to_separator(int line) {
    const auto begin = at_;
    while (!at_line_end(text_, at_) && text_[at_] != separator_) ++at_;
    if (trimmed(text_.substr(begin, at_ - begin)).empty()) return;
    sound_ = false;
    complain(line, "text behind a closing quote", "double a quote that belongs to the text");
  }

  std::string_view text_;
  const std::string& file_;
  ground::Problems& problems_;
  std::size_t at_ = 0;
  int line_ = 1;
  char separator_ = 0;
  bool sound_ = true;
  std::vector<CsvRow> rows_;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file, ground::Problems& problems) {
  return CsvReader{text, file, problems}.read();
}

}  // namespace holdup::site
