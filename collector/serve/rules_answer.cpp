#include "collector/serve/rules_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "collector/serve/query.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using ground::JsonWriter;
using rules::AlertState;
using rules::Rule;

std::string_view name_of(AlertState state) { return rules::alert_state_names[static_cast<std::size_t>(state)]; }

/// Go's 'e' with as few digits as tell the value: "7.5e+03".
std::string shortest(double value) {
  if (!std::isfinite(value)) return ground::number_text(value);
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  return {text.data(), end.ptr};
}

template <class Pairs, class TextOf>
void write_texts(JsonWriter& out, std::string_view key, const Pairs& pairs, TextOf text_of) {
  out.key(key).begin_object();
  for (const auto& [name, text] : pairs) out.field(name, text_of(text));
  out.end_object();
}

void write_alert(JsonWriter& out, const core::RuleAlert& alert) {
  const auto as_it_is = [](const std::string& text) -> const std::string& { return text; };
  out.begin_object();
  write_texts(out, "labels", alert.transition.labels.all(), as_it_is);
  write_texts(out, "annotations", alert.transition.annotations, as_it_is);
  out.field("state", name_of(alert.transition.to)).field("activeAt", ground::iso8601(alert.since));
  out.field("value", shortest(alert.transition.value)).end_object();
}

/// What a request leaves over of the rules.
class Wanted {
 public:
  explicit Wanted(const Parameters& asked)
      : type_{asked.first("type")},
        names_{asked.all("rule_name[]")},
        groups_{asked.all("rule_group[]")},
        files_{asked.all("file[]")},
        alerts_{asked.first("exclude_alerts") != "true"} {}

  [[nodiscard]] bool takes_type() const { return type_.empty() || type_ == "alert" || type_ == "record"; }
  [[nodiscard]] bool alerts() const { return alerts_; }
  [[nodiscard]] bool takes(const Rule& rule) const {
    const auto among = [](const std::vector<std::string>& all, const std::string& one) {
      return all.empty() || std::ranges::find(all, one) != all.end();
    };
    const bool of_type = type_.empty() || (type_ == "alert") == rule.record.empty();
    return of_type && among(names_, rules::name(rule)) && among(groups_, rule.group) && among(files_, rule.file);
  }

 private:
  std::string type_;
  std::vector<std::string> names_, groups_, files_;
  bool alerts_ = true;
};

class RulesWriter {
 public:
  RulesWriter(const Mirror& mirror, const Wanted& wanted, ground::Utc now) : mirror_{mirror}, wanted_{wanted}, now_{ground::iso8601(now)} {}

  Answer answer() {
    out_.begin_object().field("status", "success").key("data").begin_object().key("groups").begin_array();
    const auto& all = mirror_.rules().rules();
    for (std::size_t place = 0; place < all.size(); ++place) {
      if (!wanted_.takes(all[place])) continue;
      enter_group(all[place]);
      all[place].record.empty() ? alerting(place, all[place]) : recording(place, all[place]);
    }
    if (group_ != nullptr) end_group();
    out_.end_array().end_object().end_object();
    return {.body = out_.take()};
  }

 private:
  void enter_group(const Rule& rule) {
    if (group_ != nullptr && group_->group == rule.group && group_->file == rule.file) return;
    if (group_ != nullptr) end_group();
    group_ = &rule;
    out_.begin_object().field("name", rule.group).field("file", rule.file).key("rules").begin_array();
  }

  // They are evaluated as samples come: the interval is what the file says, and no evaluation is ever behind.
  void end_group() {
    out_.end_array().key("interval").value(ground::seconds(group_->interval));
    out_.field("limit", static_cast<std::int64_t>(group_->limit)).key("evaluationTime").value(0.0).field("lastEvaluation", now_);
    out_.end_object();
  }

  void recording(std::size_t place, const Rule& rule) {
    out_.begin_object().field("name", rule.record).field("query", rule.text);
    if (!rule.labels.empty()) write_templates("labels", rule.labels);
    standing(place);
    out_.field("type", "recording").end_object();
  }

  void alerting(std::size_t place, const Rule& rule) {
    const auto& alerts = mirror_.rules().alerts();
    const auto first = alerts.lower_bound({place, {}}), last = alerts.lower_bound({place + 1, {}});
    auto state = AlertState::inactive;
    for (auto at = first; at != last; ++at) state = std::max(state, at->second.transition.to);
    out_.begin_object().field("state", name_of(state)).field("name", rule.alert).field("query", rule.text);
    out_.key("duration").value(ground::seconds(rule.hold)).key("keepFiringFor").value(ground::seconds(rule.keep_firing));
    write_templates("labels", rule.labels);
    write_templates("annotations", rule.annotations);
    if (wanted_.alerts()) {
      out_.key("alerts").begin_array();
      for (auto at = first; at != last; ++at) write_alert(out_, at->second);
      out_.end_array();
    }
    standing(place);
    out_.field("type", "alerting").end_object();
  }

  void write_templates(std::string_view key, const std::vector<rules::NamedTemplate>& templates) {
    write_texts(out_, key, templates, [](const rules::Template& one) -> const std::string& { return one.text(); });
  }

  void standing(std::size_t place) {
    const auto& errors = mirror_.figures().rule_errors;
    const auto error = errors.find(place);
    out_.field("health", error == errors.end() ? "ok" : "err");
    if (error != errors.end()) out_.field("lastError", error->second);
    out_.key("evaluationTime").value(0.0).field("lastEvaluation", now_);
  }

  const Mirror& mirror_;
  const Wanted& wanted_;
  std::string now_;
  JsonWriter out_;
  const Rule* group_ = nullptr;  // the first of the group at hand
};

}  // namespace

Answer rules_answer(const Mirror& mirror, const Parameters& asked, ground::Utc now) {
  const Wanted wanted{asked};
  if (!wanted.takes_type()) return query_error(400, "bad_data", "not supported value \"" + asked.first("type") + "\": alert or record");
  return RulesWriter{mirror, wanted, now}.answer();
}

Answer alerts_answer(const Mirror& mirror) {
  JsonWriter out;
  out.begin_object().field("status", "success").key("data").begin_object().key("alerts").begin_array();
  for (const auto& [key, alert] : mirror.rules().alerts()) write_alert(out, alert);
  return {.body = out.end_array().end_object().end_object().take()};
}

}  // namespace holdup::serve
