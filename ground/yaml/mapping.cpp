#include "ground/yaml/mapping.hpp"

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::ground::yaml {
namespace {

std::string in_quotes(const std::string& text) { return "'" + printable(text.substr(0, 80)) + "'"; }

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto guess = nearest(word, known);
  return guess.empty() ? std::string{} : "did you mean '" + guess + "'?";
}

}  // namespace

Mapping::Mapping(const Node& node, std::string path, Report report) : node_{node}, path_{std::move(path)}, report_{std::move(report)} {
  if (!node_.is_map() && node_.kind != Node::Kind::null) problem({}, "not a mapping", "write 'key: value' lines under it");
}

const Node* Mapping::find(std::string_view key) {
  asked_.emplace(key);
  const Node* found = node_.find(key);
  return found != nullptr && found->kind != Node::Kind::null ? found : nullptr;
}

const std::string* Mapping::scalar(std::string_view key, std::string_view expected) {
  const Node* found = find(key);
  if (found == nullptr) return nullptr;
  if (found->is_scalar()) return &found->text;
  problem(key, "not a single value", "write " + std::string{expected});
  return nullptr;
}

std::optional<std::string> Mapping::text(std::string_view key) {
  const auto* value = scalar(key, "one word or a quoted text");
  return value == nullptr ? std::nullopt : std::optional{*value};
}

std::string Mapping::required_text(std::string_view key) {
  if (auto value = text(key)) return *std::move(value);
  if (node_.find(key) == nullptr || node_.find(key)->kind == Node::Kind::null)
    problem({}, "'" + std::string{key} + "' is missing", "add it");
  return {};
}

std::optional<double> Mapping::number(std::string_view key) {
  const auto* value = scalar(key, "a number");
  if (value == nullptr) return std::nullopt;
  const auto number = parse_number(*value);
  if (!number) problem(key, in_quotes(*value) + " is no number", "write digits, its unit is in the key");
  return number;
}

std::optional<std::int64_t> Mapping::integer(std::string_view key) {
  const auto* value = scalar(key, "a whole number");
  if (value == nullptr) return std::nullopt;
  const auto number = parse_integer(*value);
  if (!number) problem(key, in_quotes(*value) + " is no whole number", "write digits");
  return number;
}

std::optional<bool> Mapping::flag(std::string_view key) {
  const auto* value = scalar(key, "true or false");
  if (value == nullptr) return std::nullopt;
  if (*value == "true" || *value == "false") return *value == "true";
  problem(key, in_quotes(*value) + " is neither true nor false", "write true or false");
  return std::nullopt;
}

std::optional<Duration> Mapping::duration(std::string_view key) {
  const auto* value = scalar(key, "a duration such as 20ms");
  if (value == nullptr) return std::nullopt;
  const auto length = parse_duration(*value);
  if (!length) problem(key, in_quotes(*value) + " is no duration", "write a number and its unit: 20ms, 1s, 5min, 2h, 30d");
  return length;
}

std::optional<std::int64_t> Mapping::size(std::string_view key) {
  const auto* value = scalar(key, "a size such as 20GiB");
  if (value == nullptr) return std::nullopt;
  const auto bytes = parse_size(*value);
  if (!bytes) problem(key, in_quotes(*value) + " is no size", "write a number and its unit: 512KiB, 20GiB");
  return bytes;
}

std::vector<std::string> Mapping::texts(std::string_view key) {
  const Node* found = find(key);
  std::vector<std::string> out;
  if (found == nullptr) return out;
  if (found->is_scalar()) return {found->text};
  if (!found->is_sequence()) return problem(key, "not a list", "write [one, two]"), out;
  for (const Node& item : found->items) {
    if (item.is_scalar())
      out.push_back(item.text);
    else
      problem(key, "a list item is not a single value", "write [one, two]");
  }
  return out;
}

std::optional<std::size_t> Mapping::word(std::string_view key, std::span<const std::string_view> words) {
  const auto* value = scalar(key, "one word");
  if (value == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == *value) return i;
  std::string known;
  for (std::string_view w : words) known += (known.empty() ? "" : ", ") + std::string{w};
  problem(key, in_quotes(*value) + " is not one of " + known, did_you_mean(*value, words));
  return std::nullopt;
}

void Mapping::finish() {
  const std::vector<std::string_view> known{asked_.begin(), asked_.end()};
  for (const auto& entry : node_.entries) {
    if (asked_.contains(entry.key)) continue;
    std::string all;
    for (std::string_view w : known) all += (all.empty() ? "known here: " : ", ") + std::string{w};
    auto guess = did_you_mean(entry.key, known);
    problem(entry.key, "unknown key", guess.empty() ? all : guess);
  }
}

std::string Mapping::path(std::string_view key) const {
  if (key.empty()) return path_;
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

int Mapping::line(std::string_view key) const {
  for (const auto& entry : node_.entries)
    if (entry.key == key) return entry.line;
  return node_.line;
}

void Mapping::problem(std::string_view key, std::string what, std::string mend) const {
  add(Problem::Weight::error, key, std::move(what), std::move(mend));
}

void Mapping::warning(std::string_view key, std::string what, std::string mend) const {
  add(Problem::Weight::warning, key, std::move(what), std::move(mend));
}

void Mapping::add(Problem::Weight weight, std::string_view key, std::string what, std::string mend) const {
  report_.problems.add({.file = report_.file,
                        .line = line(key),
                        .key = printable(path(key)),
                        .what = std::move(what),
                        .mend = std::move(mend),
                        .weight = weight});
}

}  // namespace holdup::ground::yaml
