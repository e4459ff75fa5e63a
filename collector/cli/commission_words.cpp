#include "collector/cli/commission_words.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <iostream>

#include "collector/cli/cords.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

namespace json = boost::json;
using ground::Duration;
using ground::JsonWriter;
using incident::Between;
using incident::Commissioned;
using incident::PullResult;

void write(JsonWriter& out, std::string_view key, const std::optional<Between>& span) {
  if (span)
    out.key(key).begin_object().field("least", ground::seconds(span->least)).field("most", ground::seconds(span->most)).end_object();
}

void write(JsonWriter& out, std::string_view key, const std::optional<Duration>& length) {
  if (length) out.field(key, ground::seconds(*length));
}

void write_signs(JsonWriter& out, const std::vector<record::Evidence>& signs) {
  out.key("signs").begin_array();
  for (const auto& sign : signs) {
    out.begin_object().field("source", sign.source).field("point", sign.point).key("value");
    sign.value ? out.value(*sign.value) : out.null();
    out.field("quality", sign.quality).field("time", ground::iso8601(sign.time)).field("uncertainty_s", ground::seconds(sign.uncertainty));
    out.end_object();
  }
  out.end_array();
}

JsonWriter& write_test(JsonWriter& out, const Commissioned& test) {
  out.field("element", test.element.text()).field("by", test.by).field("result", name(test.result)).field("cord", test.cord);
  out.field("seen", test.seen).field("remark", test.remark).field("said", test.verdict).field("strength", test.strength);
  out.field("incident", test.incident);
  write(out, "detection_s", test.detection);
  write(out, "after_word_s", test.after_word);
  write(out, "handover_s", test.handover);
  write(out, "restored_s", test.restored);
  write_signs(out, test.signs);
  return out;
}

std::string seconds_text(Duration length) { return ground::number_text(std::round(ground::seconds(length) * 1000) / 1000); }

std::string span_text(const std::optional<Between>& span) {
  return span ? seconds_text(span->least) + " to " + seconds_text(span->most) + " s" : "not known";
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

using Row = std::vector<std::string>;

void print_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += ground::printable(row[i]);
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::cout << line << '\n';
  }
}

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : "";
}

/// The last test of a supply in a status.
const json::object* test_of(const json::object& status, const std::string& supply) {
  for (const auto& each : status.at("commissioned").as_array())
    if (text(each.as_object(), "element") == supply) return &each.as_object();
  return nullptr;
}

/// When one of its contacts moved last.
std::string exercised(const json::object& status, const std::string& supply) {
  std::string out;
  for (const auto& each : status.at("contacts").as_array())
    if (text(each.as_object(), "of") == supply) out = std::max(out, text(each.as_object(), "exercised"));
  return out;
}

}  // namespace

std::string request_text(const Commissioned& test) {
  JsonWriter out;
  out.begin_object().field("do", "commission");
  return write_test(out, test).end_object().take();
}

std::string result_text(const Commissioned& test) {
  JsonWriter out;
  out.begin_object().field("say", "result");
  return write_test(out, test).field("event", test.id).end_object().take();
}

std::string sentence_of(const Commissioned& test) {
  std::string out{name(test.result)};
  if (test.result == PullResult::miscorded && !test.seen.empty())
    out += ": it hangs on " + test.seen + (test.cord.empty() ? "" : ", not on " + test.cord);
  else if (!test.seen.empty())
    out += ": " + test.seen + " fell";
  return test.remark.empty() ? out : out + " (" + test.remark + ")";
}

void print_result(const Commissioned& test, const Cord& cord) {
  const bool well = test.result == PullResult::as_configured;
  std::cout << painted(well ? Colour::good : Colour::bad, test.element.text() + " " + sentence_of(test)) << '\n';
  if (test.verdict.empty()) return;
  std::cout << "  " << test.verdict << " (" << ground::printable(test.strength) << ") by " << or_dash(words_of(test.signs, cord))
            << ", after " << span_text(test.detection);
  if (test.after_word) std::cout << ", by your word after " << span_text(test.after_word);
  if (test.handover) std::cout << "; alert handed over at most " << seconds_text(*test.handover * 1000) << " ms later";
  if (test.restored) std::cout << "; restored after " << seconds_text(*test.restored) << " s";
  std::cout << "  " << painted(Colour::dim, test.id) << '\n' << std::flush;
}

void print_summary(const std::vector<std::string>& supplies, const std::map<std::string, Commissioned>& tests,
                   const std::map<std::string, std::string>& whys, const std::vector<Cord>& rack) {
  std::vector<Row> rows{{"supply", "cord as configured", "as seen", "shown by", "detection", "restored", "result"}};
  for (const auto& supply : supplies) {
    const auto& cord = *std::ranges::find(rack, supply, &Cord::supply);
    const auto at = tests.find(supply);
    if (at == tests.end()) {
      const auto why = whys.find(supply);
      rows.push_back({supply, or_dash(cord.outlet), "-", "-", "-", "-", why == whys.end() ? "not pulled" : why->second});
      continue;
    }
    const auto& test = at->second;
    rows.push_back({supply, or_dash(test.cord), or_dash(test.seen), or_dash(words_of(test.signs, cord)),
                    test.verdict.empty() ? "never" : span_text(test.detection), test.restored ? seconds_text(*test.restored) + " s" : "-",
                    std::string{name(test.result)} + (test.remark.empty() ? "" : " (" + test.remark + ")")});
  }
  print_table(rows);
}

int print_list(const json::object& status, bool as_json) {
  std::vector<Row> rows{{"supply", "cord as configured", "commissioned", "by", "result", "contact moved"}};
  bool all = true;
  for (const auto& cord : cords_of(status)) {
    const auto* test = test_of(status, cord.supply);
    const auto moved = exercised(status, cord.supply);
    all = all && test != nullptr;
    if (as_json) {
      JsonWriter out;
      out.begin_object().field("element", cord.supply).field("cord", cord.outlet).key("commissioned");
      test != nullptr ? out.value(text(*test, "time")) : out.null();
      out.key("result");
      test != nullptr ? out.value(text(*test, "result")) : out.null();
      out.key("contact_moved");
      moved.empty() ? out.null() : out.value(moved);
      std::cout << out.end_object().take() << '\n';
    }
    rows.push_back({cord.supply, or_dash(cord.outlet), test != nullptr ? text(*test, "time") : "never",
                    test != nullptr ? text(*test, "by") : "-", test != nullptr ? text(*test, "result") : "-",
                    cord.contacts.empty() ? "no contact"
                    : moved.empty()       ? "never"
                                          : moved});
  }
  if (!as_json) print_table(rows);
  return all ? fine : problem_found;
}

}  // namespace holdup::cli
