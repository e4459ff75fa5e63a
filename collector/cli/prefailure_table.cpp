#include "collector/cli/prefailure_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "ground/number.hpp"

namespace holdup::cli {
namespace {

using hwsim::power::WearKind;

double days(ground::Duration length) { return ground::seconds(length) / 86'400; }
std::string days_text(double days) { return ground::number_text(std::round(days * 10) / 10) + " d"; }

std::string written(const rules::Rule& rule, std::string_view key) {
  for (const auto* list : {&rule.labels, &rule.annotations})
    for (const auto& [name, text] : *list)
      if (name == key) return text.text();
  return {};
}

/// All by which a rule may name it: itself, its load, the device that speaks for it.
std::set<std::string> names_of(const site::Site& site, const ground::Element& element) {
  std::set<std::string> names{element.text()};
  if (element.is("ups"))
    for (const auto& ups : site.upses)
      if (ups.name == element.rest() && ups.status) names.insert("device/" + site.devices[*ups.status].name);
  for (site::Index s = 0; s < site.supplies.size(); ++s) {
    const auto& supply = site.supplies[s];
    if (site.element_of_supply(s) != element) continue;
    names.insert(site.loads[supply.load].name);
    if (supply.status) names.insert("device/" + site.devices[*supply.status].name);
  }
  for (const auto& device : site.devices)
    if (device.name == element.text()) names.insert("device/" + device.name);
  return names;
}

double first_wear(const hwsim::scenario::Scenario& scenario) {
  for (const auto& step : scenario.timeline)
    if (std::holds_alternative<hwsim::power::Wearing>(step.command)) return days(step.at);
  return 0;
}

}  // namespace

void PrefailureTable::take_rules(const drill::DrillPlan& plan) {
  for (const auto& rule : plan.rules) {
    const bool known = std::ranges::any_of(rules_, [&](const Rule& one) { return one.name == rule.alert; });
    if (rule.alert.empty() || known) continue;
    auto kind = written(rule, "class");
    if (kind.empty()) kind = written(rule, "severity");
    rules_.push_back({.name = rule.alert, .kind = std::move(kind), .file = std::filesystem::path{rule.file}.filename().string()});
  }
}

void PrefailureTable::add(const std::string& scenario, const drill::DrillPlan& plan, const drill::Transcript& transcript) {
  take_rules(plan);
  Course course{.scenario = scenario, .wear = {}, .of = {}, .fails = {}, .about = {}, .beside = {}};
  course.days = days(plan.scenario.lasts.value_or(ground::Duration{}));
  course.begun = first_wear(plan.scenario);
  if (plan.scenario.wear) course.wear = hwsim::power::wear_names[static_cast<std::size_t>(*plan.scenario.wear)];
  if (plan.scenario.of) course.of = plan.scenario.of->text();
  if (plan.scenario.fails) course.fails = plan.scenario.fails->text();
  if (transcript.failed) course.failed = days(transcript.failed->time_since_epoch());
  const auto own = plan.scenario.of ? names_of(*plan.site, *plan.scenario.of) : std::set<std::string>{};
  for (const auto& fired : transcript.fired) {
    if (!fired.firing) continue;
    const bool about = own.contains(fired.element) && days(fired.at.time_since_epoch()) >= course.begun;
    (about ? course.about : course.beside).push_back(fired);
  }
  courses_.push_back(std::move(course));
}

std::size_t PrefailureTable::healthy_alerts(const std::string& rule) const {
  std::size_t count = 0;
  for (const Course& course : courses_)
    if (course.wear.empty()) count += std::ranges::count(course.beside, rule, &drill::Fired::rule);
  return count;
}

void PrefailureTable::write_rules(std::ostream& out) const {
  double healthy = 0;
  for (const Course& course : courses_)
    if (course.wear.empty()) healthy += course.days;
  out << "| rule | class | wear it warned of | first warning | failure | alerts in " << ground::number_text(healthy)
      << " healthy days |\n|---|---|---|---|---|---|\n";
  for (const Rule& rule : rules_) {
    bool any = false;
    const auto line = [&](const std::string& wear, const std::string& first, const std::string& failure) {
      out << "| `" << rule.name << "` | " << rule.kind << " | " << wear << " | " << first << " | " << failure << " | "
          << healthy_alerts(rule.name) << " |\n";
      any = true;
    };
    for (const Course& course : courses_) {
      const auto first = std::ranges::find(course.about, rule.name, &drill::Fired::rule);
      if (course.wear.empty() || first == course.about.end()) continue;
      const double at = days(first->at.time_since_epoch());
      if (course.failed < 0)
        line(course.wear, "day " + days_text(at - course.begun), "none");
      else if (at < course.failed)
        line(course.wear, days_text(course.failed - at) + " before", days_text(course.failed - course.begun) + " of wear");
      else
        line(course.wear, "after the failure", days_text(course.failed - course.begun) + " of wear");
    }
    if (!any) line("–", "–", "–");
  }
}

void PrefailureTable::write_courses(std::ostream& out) const {
  out << "| file | wears | fails | failure | first warning, by | alerts of else, or before the wear began |\n|---|---|---|---|---|---|\n";
  for (const Course& course : courses_) {
    out << "| " << course.scenario << " | " << (course.wear.empty() ? "nothing" : course.wear + " of " + course.of) << " | "
        << (course.fails.empty() ? "–" : course.fails) << " | "
        << (course.failed < 0 ? std::string{"–"} : days_text(course.failed - course.begun) + " of wear") << " | ";
    const bool warned = !course.about.empty() && (course.failed < 0 || days(course.about.front().at.time_since_epoch()) < course.failed);
    if (course.wear.empty())
      out << "–";
    else if (!warned)
      out << "none";
    else if (course.failed < 0)
      out << "`" << course.about.front().rule << "`";
    else
      out << days_text(course.failed - days(course.about.front().at.time_since_epoch())) << " before, `" << course.about.front().rule
          << "`";
    std::map<std::string, int> beside;
    for (const auto& fired : course.beside)
      if (course.failed < 0 || days(fired.at.time_since_epoch()) < course.failed) ++beside[fired.rule];
    out << " |";
    for (const auto& [rule, count] : beside) out << " `" << rule << "` " << count;
    out << (beside.empty() ? " none |\n" : " |\n");
  }
}

bool PrefailureTable::write(const std::string& file, const std::string& command) const {
  std::ofstream out{file};
  out << "# Warnings before failures, in our simulator\n\nPrinted by\n\n    " << command
      << "\n\n**In our simulator**: the wear is as [docs/simulator.md](simulator.md#wear) describes it, our models of how parts grow old, "
         "with "
         "lives shortened to\nweeks; what is said here of a rule is not said of any rack. Every file plays in virtual time, with load and "
         "weather of the day, points named\nand rounded as the devices' firmware profiles do; the rules are those of the files' `rules:`. "
         "A rule "
         "that none of these wears is about has a line\nwithout one: it was shown silent, not at work.\n\n";
  write_rules(out);
  out << "\nWhat was played, a line a file:\n\n";
  write_courses(out);
  return static_cast<bool>(out.flush());
}

}  // namespace holdup::cli
