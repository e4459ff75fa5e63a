#include "collector/cli/prefailure_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "ground/number.hpp"

namespace holdup::cli {
namespace {

double days(ground::Duration length) { return ground::seconds(length) / 86'400; }

/// "12.3 d", "7.5 h", "20 min": what is short in small units.
std::string span_text(double days) {
  struct Unit {
    double in_a_day, least;
    const char* name;
  };
  constexpr std::array units{Unit{1, 2, " d"}, Unit{24, 1.0 / 24, " h"}, Unit{1440, 0, " min"}};
  const auto* const unit = std::find_if(units.begin(), units.end() - 1, [&](const Unit& one) { return days >= one.least; });
  return ground::number_text(std::round(days * unit->in_a_day * 10) / 10) + unit->name;
}

std::string written(const rules::Rule& rule, std::string_view key) {
  for (const auto* list : {&rule.labels, &rule.annotations})
    for (const auto& [name, text] : *list)
      if (name == key) return text.text();
  return {};
}

/// It is one of these, or a part of one.
bool is_of(std::string_view element, const std::vector<ground::Element>& of) {
  return std::ranges::any_of(of, [&](const ground::Element& one) {
    return element.starts_with(one.text()) && (element.size() == one.text().size() || element[one.text().size()] == '/');
  });
}

double days_of(const drill::Fired& fired) { return days(fired.at.time_since_epoch()); }

std::string joined(const std::vector<ground::Element>& elements) {
  std::string out;
  for (const auto& element : elements) out += (out.empty() ? "" : ", ") + element.text();
  return out;
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

bool PrefailureTable::Course::is_before_failure(const drill::Fired& fired) const { return failed < 0 || days_of(fired) < failed; }

std::string PrefailureTable::Course::when(const drill::Fired& fired) const {
  if (!is_before_failure(fired)) return "after the failure";
  return failed < 0 ? span_text(days_of(fired) - since) + " after it began" : span_text(failed - days_of(fired)) + " before";
}

std::string PrefailureTable::Course::failure() const { return failed < 0 ? "–" : span_text(failed - since) + " after it began"; }

void PrefailureTable::add(const std::string& scenario, const drill::DrillPlan& plan, const drill::Transcript& transcript) {
  take_rules(plan);
  Course course{.scenario = scenario, .trouble = {}, .of = {}, .fails = {}, .about = {}, .beside = {}};
  course.days = days(plan.scenario.lasts.value_or(ground::Duration{}));
  std::vector<ground::Element> own;
  if (const auto& trouble = plan.scenario.trouble) {
    course.trouble = trouble->what, course.since = days(trouble->since), own = trouble->of;
    if (trouble->fails) course.fails = trouble->fails->text();
  }
  course.of = joined(own);
  if (transcript.failed) course.failed = days(transcript.failed->time_since_epoch());
  for (const auto& fired : transcript.fired) {
    if (!fired.firing) continue;
    const bool about = is_of(fired.element, own) && days_of(fired) >= course.since;
    (about ? course.about : course.beside).push_back(fired);
  }
  courses_.push_back(std::move(course));
}

std::size_t PrefailureTable::healthy_alerts(const std::string& rule) const {
  std::size_t count = 0;
  for (const Course& course : courses_)
    if (course.trouble.empty()) count += std::ranges::count(course.beside, rule, &drill::Fired::rule);
  return count;
}

void PrefailureTable::write_rules(std::ostream& out) const {
  double healthy = 0;
  for (const Course& course : courses_)
    if (course.trouble.empty()) healthy += course.days;
  out << "| rule | class | trouble it warned of | first warning | failure | alerts in " << ground::number_text(healthy)
      << " healthy days |\n|---|---|---|---|---|---|\n";
  for (const Rule& rule : rules_) {
    bool any = false;
    const auto line = [&](const std::string& trouble, const std::string& first, const std::string& failure) {
      out << "| `" << rule.name << "` | " << rule.kind << " | " << trouble << " | " << first << " | " << failure << " | "
          << healthy_alerts(rule.name) << " |\n";
      any = true;
    };
    for (const Course& course : courses_) {
      const auto first = std::ranges::find(course.about, rule.name, &drill::Fired::rule);
      if (first != course.about.end()) line(course.trouble, course.when(*first), course.failure());
    }
    if (!any) line("not shown at work", "–", "–");
  }
}

void PrefailureTable::write_courses(std::ostream& out) const {
  out << "| file | trouble | of | what fails | failure | first warning, by | alerts of else, or before |\n|---|---|---|---|---|---|---|\n";
  for (const Course& course : courses_) {
    const auto or_dash = [](const std::string& text) { return text.empty() ? std::string{"–"} : text; };
    out << "| " << course.scenario << " | " << (course.trouble.empty() ? "none" : course.trouble) << " | " << or_dash(course.of) << " | "
        << or_dash(course.fails) << " | " << course.failure() << " | ";
    if (course.trouble.empty())
      out << "–";
    else if (course.about.empty() || !course.is_before_failure(course.about.front()))
      out << "none";
    else
      out << course.when(course.about.front()) << ", `" << course.about.front().rule << "`";
    std::map<std::string, int> beside;
    for (const auto& fired : course.beside)
      if (course.is_before_failure(fired)) ++beside[fired.rule];
    out << " |";
    for (const auto& [rule, count] : beside) out << " `" << rule << "` " << count;
    out << (beside.empty() ? " none |\n" : " |\n");
  }
}

bool PrefailureTable::write(const std::string& file, const std::string& command) const {
  std::ofstream out{file};
  out << "# Warnings before failures, in our simulator\n\nPrinted by\n\n    " << command
      << "\n\n**In our simulator**: parts wear as [docs/simulator.md](simulator.md#wear) describes it, our models of how they grow old, "
         "with "
         "lives shortened to\nweeks; other troubles are as the files' timelines have them. What is said here of a rule is not said of any "
         "rack. Every file plays in virtual\ntime, with load and weather of the day, points named and rounded as the devices' firmware "
         "profiles do; the rules are those of the files' `rules:`.\nTimes before a failure are before what the file says fails; without "
         "one "
         "they are after the trouble began.\n\n";
  write_rules(out);
  out << "\nWhat was played, a line a file:\n\n";
  write_courses(out);
  return static_cast<bool>(out.flush());
}

}  // namespace holdup::cli
