#include "hw-sim/agents/snmprec.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/value_text.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;

struct Line {
  std::string_view oid, tag, value;
};

struct Read {
  Oid oid;
  VariedValue value;
};

ground::Result<Read> read_object(std::string_view text);
ground::Result<VariedValue> read_value(Tag tag, std::string_view suffix, std::string_view text);
std::optional<Line> split(std::string_view text);

bool is_comment(std::string_view line) { return line.empty() || line.front() == '#'; }

void keep(SnmpRecording& recording, Read read) {
  RecordedObject object{.oid = std::move(read.oid), .value = std::move(read.value.value).value_or(std::string{})};
  if (read.value.variation) {
    object.variation = recording.variations.size();
    recording.variations.push_back(*std::move(read.value.variation));
  }
  recording.objects.push_back(std::move(object));
}

// Later lines come first among equals, so that unique() keeps the last one recorded.
void sort_and_unite(std::vector<RecordedObject>& objects) {
  std::reverse(objects.begin(), objects.end());
  std::stable_sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.oid < b.oid; });
  objects.erase(std::unique(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.oid == b.oid; }), objects.end());
}

}  // namespace

SnmpRecording parse_snmprec(std::string_view text) {
  SnmpRecording recording;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_comment(line)) continue;
    if (auto read = read_object(line))
      keep(recording, *std::move(read));
    else
      recording.skipped.push_back({.line = number, .why = read.error().what});
  }
  sort_and_unite(recording.objects);
  return recording;
}

namespace {

ground::Failure wrong(std::string what) { return {.kind = ground::FailureKind::malformed, .what = std::move(what)}; }

ground::Result<Read> read_object(std::string_view text) {
  const auto line = split(text);
  if (!line) return wrong("no OID|TAG|VALUE");
  unsigned tag = 0;
  const auto* const end = line->tag.data() + line->tag.size();
  const auto [stop, error] = std::from_chars(line->tag.data(), end, tag);
  auto oid = parse_oid(line->oid);
  if (!oid) return wrong("its OID is none");
  if (line->tag.starts_with(':')) return wrong("a module for a whole subtree is not known here");
  if (error != std::errc{} || tag > UINT8_MAX) return wrong("its tag is no BER tag");
  auto value = read_value(static_cast<Tag>(tag), {stop, static_cast<std::size_t>(end - stop)}, line->value);
  if (!value) return value.error();
  return Read{.oid = *std::move(oid), .value = *std::move(value)};
}

// `suffix` is what stands behind the tag's number: x, e, :module, or x:module, whose x the modules ignore.
ground::Result<VariedValue> read_value(Tag tag, std::string_view suffix, std::string_view text) {
  if (const auto colon = suffix.find(':'); colon != std::string_view::npos) return parse_variation(tag, suffix.substr(colon + 1), text);
  std::optional<std::string> content{text};
  Form form = Form::plain;
  if (suffix == "x") {
    form = Form::hex;
    content = from_hex(text);
  } else if (suffix == "e") {
    form = Form::escaped;
    content = unescaped(text);
  } else if (!suffix.empty()) {
    return wrong("behind its tag stands neither x nor e nor :MODULE");
  }
  if (!content) return wrong(form == Form::hex ? "its value is no hex" : "its value has an escape that is none");
  auto value = value_of_text(tag, *content, form);
  if (!value) return wrong("its value does not fit its tag, or the tag is not known");
  return VariedValue{.value = *std::move(value), .variation = {}};
}

std::optional<Line> split(std::string_view text) {
  const auto first = text.find('|');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('|', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Line{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

}  // namespace
}  // namespace hwsim::agents
