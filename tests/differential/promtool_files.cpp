#include "tests/differential/promtool_files.hpp"

#include <cmath>
#include <fstream>
#include <map>

#include "collector/rules/engine.hpp"
#include "ground/number.hpp"

namespace holdup::differential {
namespace {

constexpr std::size_t looked_at_each = 4;  // steps

ground::Instant moment(std::size_t slot) { return ground::Instant{slot * grid}; }

std::string item(const LoggedSample& sample) {
  if (!sample.value) return "stale";
  if (std::isnan(*sample.value)) return "NaN";
  return std::isinf(*sample.value) ? (*sample.value > 0 ? "Inf" : "-Inf") : ground::number_text(*sample.value);
}

std::string input_series(const SampleLog& log) {
  std::vector<std::string> values(log.series.size());
  for (const auto& slot : log.slots) {
    std::vector<std::string> items(log.series.size(), "_");
    for (const auto& sample : slot.on_time) items[sample.series] = item(sample);
    for (std::size_t series = 0; series < items.size(); ++series) values[series] += (values[series].empty() ? "" : " ") + items[series];
  }
  std::string out;
  for (std::size_t series = 0; series < values.size(); ++series)
    out += "  - series: '" + log.series[series].text() + "'\n    values: '" + values[series] + "'\n";
  return out;
}

std::string expectation(const std::string& alert, const std::vector<rules::Transition>& active, std::size_t slot) {
  std::string out = "  - eval_time: " + std::to_string(slot * 100) + "ms\n    alertname: " + alert + "\n    exp_alerts:\n";
  for (const auto& one : active) {
    if (one.to != rules::AlertState::firing || one.alert != alert) continue;
    std::string labels;
    for (const auto& [name, value] : one.labels.all())
      if (name != "alertname") labels += (labels.empty() ? "" : ", ") + name + ": '" + value + "'";
    out += "    - exp_labels: {" + labels + "}\n      exp_annotations: {v: '" + one.annotations.front().second + "'}\n";
  }
  return out;
}

/// How often each alert changed its state since the last step.
class Flaps {
 public:
  void add(const std::vector<rules::Transition>& transitions) {
    for (const auto& transition : transitions) found_ = ++turns_[transition.labels] > 1 || found_;
  }
  void next_step() { turns_.clear(); }
  [[nodiscard]] bool found() const { return found_; }

 private:
  std::map<rules::Labels, int> turns_;
  bool found_ = false;
};

}  // namespace

bool write_promtool_files(const std::filesystem::path& folder, const std::string& text, const rules::RuleSet& rules, const SampleLog& log) {
  rules::Engine engine{rules, {.tick = grid}};
  std::vector<char> born(log.series.size());
  std::string expected;
  Flaps flaps;
  for (std::size_t slot = 0; slot < log.slots.size(); ++slot) {
    std::vector<rules::Sample> batch;
    for (const auto& sample : log.slots[slot].on_time) {
      const auto id = static_cast<rules::SeriesId>(sample.series);
      if (std::exchange(born[sample.series], true) == 0) engine.born(id, log.series[sample.series]);
      batch.push_back({id, sample.value});
    }
    flaps.add(engine.batch(moment(slot), batch));
    flaps.next_step();
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
      if (!engine.error(rule).empty()) return false;
    if (slot % looked_at_each != 0) continue;
    for (const auto& rule : rules) expected += expectation(rule.alert, engine.active(), slot);
  }
  if (flaps.found()) return false;
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "r.yml"} << text;
  std::ofstream{folder / "t.yml"} << "rule_files: [r.yml]\nevaluation_interval: 100ms\ntests:\n- interval: 100ms\n  input_series:\n"
                                  << input_series(log) << "  alert_rule_test:\n"
                                  << expected;
  return true;
}

}  // namespace holdup::differential
