#include "hw-sim/agents/module_arguments.hpp"

#include <algorithm>
#include <utility>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "hw-sim/agents/value_text.hpp"

namespace hwsim::agents {
namespace {

std::string in_quotes(std::string_view text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

std::vector<std::string> pieces(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

// "value=ESX Server 1,file=x". A comma ends a value only where another `name=` follows.
ModuleArguments::ModuleArguments(ber::Tag tag, std::string_view module, std::string_view text) : tag_{tag}, module_{module} {
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      refuse(in_quotes(text) + " is no NAME=VALUE");
      return;
    }
    const std::string key{text.substr(0, equals)};
    text.remove_prefix(equals + 1);
    auto comma = text.find(',');
    for (; comma != std::string_view::npos; comma = text.find(',', comma + 1)) {
      const auto name_end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", comma + 1);
      if (name_end != std::string_view::npos && name_end > comma + 1 && text[name_end] == '=') break;
    }
    given_[key] = std::string{text.substr(0, comma)};
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
}

std::optional<std::string> ModuleArguments::text(std::string_view key) {
  known_.push_back(key);
  const auto at = given_.find(key);
  return at == given_.end() ? std::nullopt : std::optional{at->second};
}

std::optional<double> ModuleArguments::number(std::string_view key) {
  const auto word = text(key);
  if (!word) return std::nullopt;
  const auto value = ground::parse_number(*word);
  if (!value) refuse(std::string{key} + "=" + in_quotes(*word) + " is no number");
  return value;
}

std::optional<Oid> ModuleArguments::oid(std::string_view key) {
  const auto word = text(key);
  if (!word) return std::nullopt;
  const auto out = parse_oid(*word);
  if (!out) refuse(std::string{key} + "=" + in_quotes(*word) + " is no OID");
  return out;
}

Heeds ModuleArguments::heeds(Heeds unless_told) {
  const auto word = text("op");
  if (!word) return unless_told;
  if (*word != "any" && *word != "get" && *word != "set") refuse("op=" + in_quotes(*word) + " is none of get, set and any");
  return *word == "get" ? Heeds::get : *word == "set" ? Heeds::set : Heeds::any;
}

std::optional<std::string> ModuleArguments::value() {
  std::optional<std::string> out;
  const auto plain = text("value");
  if (const auto hex = text("hexvalue")) {
    const auto content = from_hex(*hex);
    out = content ? value_of_text(tag_, *content, Form::hex) : std::nullopt;
  } else if (plain) {
    out = value_of_text(tag_, *plain, Form::plain);
  } else {
    return std::nullopt;
  }
  if (!out) refuse("its value does not fit its type");
  return out;
}

std::vector<std::vector<std::string>> ModuleArguments::groups(std::string_view key, std::size_t size) {
  std::vector<std::vector<std::string>> out;
  const auto list = text(key);
  if (!list) return out;
  const auto words = pieces(*list, ':');
  if (words.size() % size != 0) refuse(std::string{key} + " is no list of " + std::to_string(size) + " words each");
  for (auto at = words.begin(); words.end() - at >= static_cast<std::ptrdiff_t>(size); at += static_cast<std::ptrdiff_t>(size))
    out.emplace_back(at, at + static_cast<std::ptrdiff_t>(size));
  return out;
}

char ModuleArguments::comparison(std::string_view word) {
  if (word != "eq" && word != "lt" && word != "gt") refuse(in_quotes(word) + " is none of eq, lt and gt");
  return word == "lt" ? '<' : word == "gt" ? '>' : '=';
}

void ModuleArguments::refuse(std::string why) {
  if (!problem_) problem_ = module_ + ": " + std::move(why);
}

std::optional<std::string> ModuleArguments::problem() const {
  if (problem_) return problem_;
  for (const auto& [key, value] : given_) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto guess = ground::nearest(key, known_);
    return module_ + ": it knows no " + in_quotes(key) + (guess.empty() ? "" : ", did you mean '" + guess + "'?");
  }
  return std::nullopt;
}

}  // namespace hwsim::agents
