#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/problem.hpp"

// The strict YAML that people write for holdup: no anchors, aliases, tags, duplicate keys or second documents; at most 1 MiB, depth 32,
// 100,000 nodes; no control characters but line ends and tabs. Every scalar stays text (`no`, `010` and `1_000` are what they look like) until a reader asks for a type.
namespace holdup::ground::yaml {

struct Node {
  enum class Kind { null, scalar, sequence, map };
  struct Entry;

  Kind kind = Kind::null;
  int line = 0;                // 1-based
  std::string text;            // scalar
  std::vector<Node> items;     // sequence
  std::vector<Entry> entries;  // map, in the file's order

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  /// The value under a key of a map, or nullptr.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  int line = 0;
  Node value;
};

/// The one document in `text`. Problems are reported under `file`; the node is then what could be read, or null.
[[nodiscard]] Node parse(std::string_view text, const std::string& file, Problems& problems);

}  // namespace holdup::ground::yaml
