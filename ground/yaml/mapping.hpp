#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "ground/yaml/node.hpp"

// Reads one mapping of a strict YAML file, typed and complete: each getter reports what is wrong with file, line, key and mend, and
// finish() refuses every key that nobody asked for, with the nearest known one.
namespace holdup::ground::yaml {

/// Where problems of a file go, and the file's name.
struct Report {
  std::string file;
  Problems& problems;
};

class Mapping {
 public:
  /// `path` is the dotted key under which this mapping stands ("" for the document). Reports when the node is no mapping.
  Mapping(const Node& node, std::string path, Report report);

  /// Marks the key as known; nullptr when absent or null.
  const Node* find(std::string_view key);
  bool has(std::string_view key) { return find(key) != nullptr; }

  std::optional<std::string> text(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<bool> flag(std::string_view key);          // true or false
  std::optional<Duration> duration(std::string_view key);  // "20ms"
  std::optional<std::int64_t> size(std::string_view key);  // "20GiB", bytes
  std::vector<std::string> texts(std::string_view key);    // a sequence of scalars, or one scalar
  /// Index into `words`; reports another word with the nearest known one.
  std::optional<std::size_t> word(std::string_view key, std::span<const std::string_view> words);
  std::string required_text(std::string_view key);

  /// Reports every key that was not asked for. Call it last.
  void finish();

  void problem(std::string_view key, std::string what, std::string mend = {}) const;
  void warning(std::string_view key, std::string what, std::string mend = {}) const;
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] const Report& report() const { return report_; }
  [[nodiscard]] std::string path(std::string_view key) const;
  /// Line of a key, or of the mapping when the key is absent.
  [[nodiscard]] int line(std::string_view key) const;

 private:
  void add(Problem::Weight weight, std::string_view key, std::string what, std::string mend) const;
  const std::string* scalar(std::string_view key, std::string_view expected);

  const Node& node_;
  std::string path_;
  Report report_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace holdup::ground::yaml
