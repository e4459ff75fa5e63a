#include "ground/yaml/node.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "ground/utf8.hpp"

namespace holdup::ground::yaml {
namespace {

constexpr std::size_t max_bytes = 1 << 20;
constexpr std::size_t max_depth = 32;
constexpr std::size_t max_nodes = 100'000;

struct Refused {
  int line;
  std::string what;
  std::string mend;
};

/// Lines and tabs may be; nothing else that moves a cursor or turns a line round: names of a file end up on terminals and in logs.
bool can_be_shown(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0 || (!is_printable(text.substr(0, length)) && text.front() != '\n' && text.front() != '\t')) return false;
    text.remove_prefix(length);
  }
  return true;
}

// yaml-cpp's events, so that anchors and tags are seen and nothing is built for what is refused.
class Builder final : public YAML::EventHandler {
 public:
  Node root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { refuse_anchor(mark, anchor), add(Node::Kind::null, mark, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw Refused{mark.line + 1, "an alias", "write the value out"}; }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (!can_be_shown(value)) throw Refused{mark.line + 1, "a character that cannot be shown", "write the text without it"};
    const bool empty = tag != "!" && (value.empty() || value == "~" || value == "null");
    if (!open_.empty() && open_.back().node->kind == Node::Kind::map && !open_.back().key_read) return add_key(mark, value);
    add(empty ? Node::Kind::null : Node::Kind::scalar, mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    descend(add(Node::Kind::sequence, mark, {}), mark);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    descend(add(Node::Kind::map, mark, {}), mark);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Open {
    Node* node;
    bool key_read = false;
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{mark.line + 1, "an anchor", "write the value out where it is used"};
  }
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.size() > 1) throw Refused{mark.line + 1, "the tag " + printable(tag), "leave it out"};
  }

  void descend(Node* node, const YAML::Mark& mark) {
    open_.push_back({node});
    if (open_.size() > max_depth) throw Refused{mark.line + 1, "deeper than 32 levels", "flatten it"};
  }

  void add_key(const YAML::Mark& mark, const std::string& key) {
    Node& map = *open_.back().node;
    if (map.find(key) != nullptr) throw Refused{mark.line + 1, "the key '" + printable(key) + "' stands twice", "keep one"};
    map.entries.push_back({key, mark.line + 1, {}});
    open_.back().key_read = true;
  }

  Node* add(Node::Kind kind, const YAML::Mark& mark, const std::string& text) {
    if (++nodes_ > max_nodes) throw Refused{mark.line + 1, "more than 100,000 nodes", "split the file"};
    Node* place = &root;
    if (!open_.empty()) {
      Open& open = open_.back();
      if (open.node->kind == Node::Kind::sequence) {
        place = &open.node->items.emplace_back();
      } else {
        if (!open.key_read) throw Refused{mark.line + 1, "a key that is no plain word", "use a plain word as key"};
        place = &open.node->entries.back().value;
        open.key_read = false;
      }
    }
    place->kind = kind;
    place->line = mark.line + 1;
    place->text = text;
    return place;
  }

  // Pointers stay valid: a container is only appended to while its last child is open.
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return at == entries.end() ? nullptr : &at->value;
}

Node parse(std::string_view text, const std::string& file, Problems& problems) {
  const auto refuse = [&](int line, std::string what, std::string mend) {
    problems.add({.file = file, .line = line, .key = {}, .what = std::move(what), .mend = std::move(mend)});
  };
  if (text.size() > max_bytes) return refuse(0, "larger than 1 MiB", "split it"), Node{};
  if (text.find('\0') != std::string_view::npos) return refuse(0, "a NUL byte: no YAML text", "save it as UTF-8"), Node{};
  Builder builder;
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    if (parser.HandleNextDocument(builder)) {
      Builder second;
      if (parser.HandleNextDocument(second) && second.root.kind != Node::Kind::null)
        refuse(second.root.line, "a second document", "keep one a file");
    }
  } catch (const Refused& refused) {
    refuse(refused.line, refused.what, refused.mend);
  } catch (const std::exception& error) {
    const auto* marked = dynamic_cast<const YAML::Exception*>(&error);
    refuse(marked != nullptr ? marked->mark.line + 1 : 0, "no YAML: " + (marked != nullptr ? marked->msg : std::string{error.what()}), "");
  }
  return std::move(builder.root);
}

}  // namespace holdup::ground::yaml
