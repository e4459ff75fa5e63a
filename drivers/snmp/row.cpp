#include "drivers/snmp/row.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::snmp {
namespace {

using profile::Condition;
using profile::Conversion;
using profile::Scaling;
using profile::TextSource;

constexpr std::size_t longest_text = 255;  // of a name, RFC 3411's SnmpAdminString
constexpr double most_digits = 12;         // more decimal digits than any agent means

/// What stands behind "MN:" in a sysDescr, up to the next blank or bracket.
std::string piece_after(const std::string& mark, const std::string& description) {
  const auto at = description.find(mark);
  if (at == std::string::npos) return {};
  const auto first = description.find_first_not_of(' ', at + mark.size());
  if (first == std::string::npos) return {};
  return tidy(description.substr(first, description.find_first_of(" ),;", first) - first));
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool listed(const std::vector<std::int64_t>& codes, std::int64_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool listed(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return same_word(w, word); });
}

bool has_bit(const Value& value, unsigned bit) {
  const auto byte = bit / 8;
  return byte < value.text.size() && ((static_cast<unsigned char>(value.text[byte]) << (bit % 8)) & 0x80) != 0;
}

/// Characters that an index spells: an OCTET STRING index stands with or without its length in front.
std::string spelled(Index index) {
  if (index.size() > 1 && index[0] == index.size() - 1) index = index.subspan(1);
  std::string out;
  for (const auto part : index) {
    if (part > 255) return {};
    out.push_back(static_cast<char>(part));
  }
  return tidy(out);
}

/// A row's index as another table's rows carry it.
std::vector<std::uint32_t> index_in(const Value& value) {
  if (value.kind == Value::Kind::oid) return {value.oid.parts().begin(), value.oid.parts().end()};
  const auto number = value.numeric();
  if (!number || !(*number >= 0 && *number <= 4294967295.0)) return {};  // also NaN
  return {static_cast<std::uint32_t>(*number)};
}

bool by_exponent(double exponent, Conversion& conversion) {
  if (std::abs(exponent) > most_digits || std::floor(exponent) != exponent) return false;
  (exponent < 0 ? conversion.divide : conversion.multiply) *= std::pow(10.0, std::abs(exponent));
  return true;
}

bool by_digits(double digits, Conversion& conversion) { return digits >= 0 && by_exponent(-digits, conversion); }

bool by_scale(double scale, Conversion& conversion) {
  if (scale != 0) (scale < 0 ? conversion.divide : conversion.multiply) *= std::abs(scale);
  return true;
}

bool by_times(double times, Conversion& conversion) {
  conversion.multiply *= times;
  return true;
}

bool by_unit(const std::vector<profile::UnitFactor>& units, const Value* value, Conversion& conversion) {
  if (value == nullptr) return false;
  const auto word = tidy(value->raw());
  const auto at = std::find_if(units.begin(), units.end(), [&](const auto& u) { return same_word(u.unit, word); });
  if (at == units.end()) return false;
  conversion.multiply *= at->multiply, conversion.divide *= at->divide, conversion.offset += at->offset;
  return true;
}

}  // namespace

std::string tidy(std::string_view text) {
  constexpr std::string_view blanks{" \t\r\n\"\0", 6};
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return ground::printable(text.substr(first, std::min(text.find_last_not_of(blanks) - first + 1, longest_text)));
}

bool lets_through(const Condition& condition, const Value* value) {
  if (value == nullptr) return condition.passes_missing();
  if (condition.bit && !has_bit(*value, *condition.bit)) return false;
  const auto text = tidy(value->raw());
  if (condition.matches && !condition.matches->found_in(text)) return false;
  if (condition.matches_not && condition.matches_not->found_in(text)) return false;
  const auto number = value->numeric();
  const bool is_code = number && std::abs(*number) < 9e18;  // neither NaN nor beyond any integer
  const auto code = is_code ? static_cast<std::int64_t>(*number) : 0;
  if ((is_code && listed(condition.is_not, code)) || listed(condition.not_text, text)) return false;
  if (condition.is.empty() && condition.is_text.empty()) return true;
  return (is_code && listed(condition.is, code)) || listed(condition.is_text, text);
}

const Value* Row::cell(const Oid& oid) const {
  if (const Value* value = answers.find(oid)) return value;
  return answers.cell(oid, index);
}

std::string Row::text(const profile::TextSources& sources) const {
  for (const TextSource& source : sources)
    if (auto out = text(source); !out.empty()) return out;
  return {};
}

std::string Row::text(const TextSource& source) const {
  if (source.kind == TextSource::Kind::fixed) return filled(source);
  if (source.kind == TextSource::Kind::description)
    return source.extract ? tidy(source.extract->extract(description).value_or("")) : piece_after(source.text, description);
  const Value* value = place(source);
  if (value == nullptr) return {};
  if (source.extract) return tidy(source.extract->extract(value->raw()).value_or(""));
  return tidy(value->raw());
}

const Value* Row::place(const TextSource& source) const {
  if (source.first) {
    for (const Index row : answers.rows(source.oid))
      if (Row{answers, row, description}.holds(source.where)) return answers.find(source.oid.with(row));
    return nullptr;
  }
  if (source.by.empty()) return cell(source.oid);
  const Value* key = cell(source.by);
  return key == nullptr ? nullptr : answers.find(source.oid.with(index_in(*key)));
}

/// "Outlet {2}" with the second part of the row's index, "Phase {index}" with its label; what the row does not have leaves the text empty.
std::string Row::filled(const TextSource& source) const {
  std::string out;
  const std::string& text = source.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto close = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (close == std::string::npos) {
      out += text[i];
      continue;
    }
    const auto found = piece(std::string_view{text}.substr(i + 1, close - i - 1), source);
    if (found.empty()) return {};
    out += found;
    i = close;
  }
  return out;
}

std::string Row::piece(std::string_view word, const TextSource& source) const {
  if (word == "index") return std::string{label};
  if (word == "text") return spelled(index);
  if (word.starts_with('@')) {
    const auto place = static_cast<std::size_t>(ground::parse_integer(word.substr(1)).value_or(0));
    const Value* value = place < source.cells.size() ? cell(source.cells[place]) : nullptr;
    return value != nullptr ? tidy(value->raw()) : std::string{};
  }
  const auto part = ground::parse_integer(word).value_or(0);
  return part < 1 || part > static_cast<std::int64_t>(index.size()) ? "" : std::to_string(index[static_cast<std::size_t>(part - 1)]);
}

bool Row::holds(const std::vector<Condition>& conditions) const {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& c) { return holds(c); });
}

bool Row::holds(const Condition& condition) const {
  if (condition.index_part == 0) return lets_through(condition, cell(condition.column));
  if (condition.index_part > index.size()) return false;
  const auto part = index[condition.index_part - 1];
  return (condition.is.empty() || listed(condition.is, part)) && !listed(condition.is_not, part);
}

bool Row::scale(const Scaling& scaling, Conversion& conversion) const {
  const std::pair<const Oid&, bool (*)(double, Conversion&)> steps[] = {
      {scaling.digits, by_digits}, {scaling.exponent, by_exponent}, {scaling.scale, by_scale}, {scaling.times, by_times}};
  for (const auto& [oid, apply] : steps) {
    if (oid.empty()) continue;
    const Value* value = cell(oid);
    const auto number = value != nullptr ? value->numeric() : std::nullopt;
    if (!number || !apply(*number, conversion)) return false;
  }
  return scaling.unit.empty() || by_unit(scaling.units, cell(scaling.unit), conversion);
}

}  // namespace holdup::snmp
