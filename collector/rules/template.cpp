#include "collector/rules/template.hpp"

#include <optional>

#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

constexpr std::size_t template_max_bytes = 16 * 1024;
constexpr std::string_view known = "known are $labels.NAME, $value, humanize and printf";

ground::Failure refuse(std::string_view what, std::string_view inside) {
  return {ground::FailureKind::unsupported, "not supported in a template: " + ground::printable(what.substr(0, 80)) + " in '{{" +
                                                ground::printable(inside.substr(0, 80)) + "}}'; " + std::string{known}};
}

/// Words and quoted texts (which keep their opening quote); nothing when a quote stays open.
std::optional<std::vector<std::string>> words(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return out;
    text.remove_prefix(start);
    const bool quoted = text.front() == '"' || text.front() == '`';
    const auto end = quoted ? text.find(text.front(), 1) : text.front() == '|' ? 1 : text.find_first_of(" \t\r\n|");
    if (quoted && end == std::string_view::npos) return std::nullopt;
    const auto length = std::min(end, text.size());
    out.emplace_back(text.substr(0, length));
    text.remove_prefix(std::min(length + (quoted ? 1 : 0), text.size()));
  }
}

/// "%.2f" → f, 2; the format's end, or npos when it is none we print.
std::size_t read_verb(std::string_view text, NumberFormat& format) {
  std::size_t i = 1;
  if (i < text.size() && text[i] == '.') {
    format.precision = 0;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9' && format.precision < 100; ++i)
      format.precision = format.precision * 10 + (text[i] - '0');
    if (format.precision > 30) return std::string_view::npos;
  }
  if (i >= text.size() || std::string_view{"efgsv"}.find(text[i]) == std::string_view::npos) return std::string_view::npos;
  format.verb = text[i] == 'v' ? 'g' : text[i];
  return i + 1;
}

std::optional<std::string> label_of(std::string_view word) {
  for (std::string_view prefix : {"$labels.", ".Labels."})
    if (word.starts_with(prefix) && is_label_name(word.substr(prefix.size()))) return std::string{word.substr(prefix.size())};
  return std::nullopt;
}

}  // namespace

ground::Result<Template> Template::parse(std::string_view text) {
  if (text.size() > template_max_bytes) return ground::Failure{ground::FailureKind::malformed, "a template is longer than 16 KiB"};
  Template out;
  out.text_ = text;
  while (!text.empty()) {
    const auto open = std::min(text.find("{{"), text.size());
    if (open > 0) out.pieces_.push_back({.kind = Piece::Kind::literal, .text = std::string{text.substr(0, open)}});
    text.remove_prefix(open);
    if (text.empty()) break;
    const auto close = text.find("}}");
    if (close == std::string_view::npos) return ground::Failure{ground::FailureKind::malformed, "'{{' has no '}}'"};
    auto piece = action(text.substr(2, close - 2));
    if (!piece) return piece.error();
    out.pieces_.push_back(*std::move(piece));
    text.remove_prefix(close + 2);
  }
  return out;
}

Template Template::plain(std::string text) {
  Template out;
  out.pieces_.push_back({.kind = Piece::Kind::literal, .text = text});
  out.text_ = std::move(text);
  return out;
}

ground::Result<Template::Piece> Template::action(std::string_view inside) {
  auto all = words(inside);
  if (!all)
    return ground::Failure{ground::FailureKind::malformed, "a quote stays open in '{{" + ground::printable(inside.substr(0, 80)) + "}}'"};
  if (all->size() > 2 && (*all)[1] == "|") {  // X | f a  is  f a X
    all->push_back(all->front());
    all->erase(all->begin(), all->begin() + 2);
  }
  if (all->empty()) return refuse("nothing", inside);
  Piece operand;
  if (all->back() == "$value" || all->back() == ".Value") {
    operand.kind = Piece::Kind::value;
  } else if (auto label = label_of(all->back())) {
    operand = {.kind = Piece::Kind::label, .text = *std::move(label)};
  } else {
    return refuse(all->front(), inside);
  }
  if (all->size() == 1) return operand;
  if (all->size() == 2 && all->front() == "humanize" && operand.kind == Piece::Kind::value)
    return Piece{.kind = Piece::Kind::humanized, .text = {}};
  const bool printing = all->size() == 3 && all->front() == "printf" && ((*all)[1].front() == '"' || (*all)[1].front() == '`');
  if (printing) return printf(std::move(operand), std::string_view{(*all)[1]}.substr(1), inside);
  return refuse(all->front(), inside);
}

ground::Result<Template::Piece> Template::printf(Piece operand, std::string_view format, std::string_view inside) {
  const bool of_value = operand.kind == Piece::Kind::value;
  bool printed = false;
  while (!format.empty()) {
    auto& around = printed ? operand.after : operand.before;
    if (format.front() == '\\') return refuse("an escape in printf", inside);
    if (format.starts_with("%%") || format.front() != '%') {
      around += format.front();
      format.remove_prefix(format.front() == '%' ? 2 : 1);
      continue;
    }
    const auto end = printed ? std::string_view::npos : read_verb(format, operand.format);
    const bool as_text = operand.format.verb == 's' || (end != std::string_view::npos && format[end - 1] == 'v');
    const bool fits = of_value ? operand.format.verb != 's' : as_text && operand.format.precision < 0;
    if (end == std::string_view::npos || !fits) return refuse("printf's '" + std::string{format.substr(0, 8)} + "'", inside);
    printed = true;
    format.remove_prefix(end);
  }
  if (!printed) return refuse("printf without a verb", inside);
  if (of_value) operand.kind = Piece::Kind::formatted;
  return operand;
}

std::string Template::expand(const Labels& labels, double value) const {
  std::string out;
  for (const auto& piece : pieces_) {
    out += piece.before;
    switch (piece.kind) {
      case Piece::Kind::literal:
        out += piece.text;
        break;
      case Piece::Kind::label:
        out += labels.get(piece.text);
        break;
      case Piece::Kind::value:
        out += plain_number(value);
        break;
      case Piece::Kind::humanized:
        out += humanized(value);
        break;
      case Piece::Kind::formatted:
        out += formatted(value, piece.format);
        break;
    }
    out += piece.after;
  }
  return out;
}

}  // namespace holdup::rules
