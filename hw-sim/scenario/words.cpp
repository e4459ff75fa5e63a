#include "hw-sim/scenario/words.hpp"

#include <algorithm>

#include "ground/nearest.hpp"
#include "ground/utf8.hpp"

namespace hwsim::scenario {
namespace {

constexpr std::string_view blanks = " \t";

std::size_t end_of_word(std::string_view text, std::size_t at) {
  bool in_quotes = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') in_quotes = !in_quotes;
    if (!in_quotes && blanks.find(text[at]) != std::string_view::npos) break;
  }
  return at;
}

}  // namespace

ground::Failure wrong(std::string what) { return {.kind = ground::FailureKind::malformed, .what = std::move(what)}; }

std::string in_quotes(std::string_view text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

std::string one_of(std::string_view word, std::span<const std::string_view> known) {
  if (const auto guess = ground::nearest(word, known); !guess.empty()) return "; did you mean '" + guess + "'?";
  std::string out;
  for (const std::string_view k : known) out += (out.empty() ? "; known: " : ", ") + std::string{k};
  return out;
}

std::vector<Word> split(std::string_view text) {
  std::vector<Word> out;
  for (auto at = text.find_first_not_of(blanks); at != std::string_view::npos; at = text.find_first_not_of(blanks, at)) {
    const auto end = end_of_word(text, at);
    const auto word = text.substr(at, end - at);
    const auto equals = word.find('=');
    const bool has = equals != std::string_view::npos;
    out.push_back({.key = word.substr(0, equals), .value = has ? word.substr(equals + 1) : std::string_view{}, .has_value = has});
    at = end;
  }
  return out;
}

ground::Result<void> check_options(const Form& form, std::span<const Word> options, std::span<const std::string_view> known) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Word& word = options[i];
    if (std::find(known.begin(), known.end(), word.key) == known.end()) {
      if (known.empty()) return wrong(in_quotes(word.key) + " is one word too many; write: " + std::string{form.text});
      return wrong(std::string{form.verb} + " knows no " + in_quotes(word.key) + one_of(word.key, known));
    }
    if (!word.has_value || word.value.empty()) return wrong(in_quotes(word.key) + " has no value; write: " + std::string{form.text});
    for (std::size_t j = 0; j < i; ++j)
      if (options[j].key == word.key) return wrong(in_quotes(word.key) + " stands twice; keep one");
  }
  return {};
}

std::optional<std::string_view> option(std::span<const Word> options, std::string_view key) {
  for (const Word& word : options)
    if (word.key == key) return word.value;
  return std::nullopt;
}

ground::Result<void> check_device(const Form& form, const ground::Element& element) {
  if (element.is("device")) return {};
  return wrong(std::string{form.verb} + " takes what talks, as in device/" + std::string{element.first()} + ", not " + element.text());
}

}  // namespace hwsim::scenario
