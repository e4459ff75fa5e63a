#include "collector/cli/drill_table.hpp"

#include <algorithm>
#include <fstream>

#include "ground/number.hpp"

namespace holdup::cli {
namespace {

/// It says that something is, not that it is over, and belongs to an incident.
bool is_word(const record::Event& event) {
  const bool past = event.phase == record::Phase::end && event.id == event.incident;
  return !event.incident.empty() && (event.phase != record::Phase::end || past);
}

}  // namespace

DrillTable::Said DrillTable::said(const record::Event& event, ground::Instant since) {
  const double seconds = static_cast<double>((event.at - since) / std::chrono::milliseconds{1}) / 1000;
  return {.what = "`" + event.verdict + "` " + event.element, .strength = event.strength, .after = ground::number_text(seconds) + " s"};
}

void DrillTable::add(const std::string& scenario, const std::vector<hwsim::scenario::Step>& timeline, const drill::Transcript& transcript,
                     int clean) {
  Row row{.scenario = scenario, .first = {}, .last = {}, .clean = clean};
  const auto& events = transcript.events;
  const auto first = std::ranges::find_if(events, is_word);
  if (first != events.end()) {
    ground::Instant since{};
    for (const auto& step : timeline)
      if (ground::Instant{step.at} <= first->at) since = ground::Instant{step.at};
    row.first = said(*first, since);
    // What its incident came to: the last word on its cause.
    auto last = first;
    for (auto at = first; at != events.end(); ++at)
      if (is_word(*at) && at->incident == first->incident && at->element == at->cause) last = at;
    row.last = said(*last, since);
  }
  rows_.push_back(std::move(row));
}

bool DrillTable::write(const std::string& file, unsigned seeds) const {
  std::ofstream out{file};
  out << "# What is said of the scenarios\n\nPrinted by\n\n    holdup drill hw-sim/scenarios --seeds " << seeds
      << " --table docs/scenarios.md\n\nTimes count from the step of the timeline before the first word, in virtual time. Last column: of "
      << seeds
      << " runs over a network that loses, delays\nand garbles answers, so many met every expectation (a `by` may pass 15 s later "
         "then).\n\n"
      << "| scenario | first word | strength | after | verdict | strength | after | restless |\n|---|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows_)
    out << "| " << row.scenario << " | " << row.first.what << " | " << row.first.strength << " | " << row.first.after << " | "
        << row.last.what << " | " << row.last.strength << " | " << row.last.after << " | " << row.clean << " |\n";
  return static_cast<bool>(out.flush());
}

}  // namespace holdup::cli
