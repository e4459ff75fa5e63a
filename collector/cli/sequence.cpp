#include "collector/cli/sequence.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace holdup::cli {
namespace {

using record::Event;
using record::Evidence;
using record::Phase;

auto identity(const Evidence& e) { return std::tie(e.time, e.source, e.point, e.value, e.uncertainty); }

std::string remark(const Event& event, const std::string& former_cause, const std::string& former_strength, unsigned begun) {
  if (event.verdict == "folded") return event.evidence.empty() ? "part of another incident" : event.evidence.front().point;
  if (event.phase == Phase::end && event.strength == "reported") return "withdrawn: it was only reported";
  if (event.phase == Phase::begin && begun > 1)
    return "for the " + std::to_string(begun) + (begun == 2 ? "nd" : begun == 3 ? "rd" : "th") + " time";
  if (event.phase != Phase::end && !former_cause.empty() && former_cause != event.cause)
    return "the cause moved from " + former_cause + " to " + event.cause;
  if (event.phase == Phase::update && !former_strength.empty() && former_strength != event.strength) return "was " + former_strength;
  return {};
}

}  // namespace

std::vector<SeenSign> sequence_of(const std::vector<Event>& events) {
  std::vector<Evidence> all;
  for (const auto& event : events)
    if (event.verdict != "restored" && event.verdict != "folded") all.insert(all.end(), event.evidence.begin(), event.evidence.end());
  std::stable_sort(all.begin(), all.end(), [](const Evidence& a, const Evidence& b) { return identity(a) < identity(b); });
  all.erase(std::unique(all.begin(), all.end(), [](const Evidence& a, const Evidence& b) { return identity(a) == identity(b); }),
            all.end());
  std::vector<SeenSign> out;
  for (auto& one : all) {
    const bool known = out.empty() || one.time - one.uncertainty > out.back().evidence.time;
    out.push_back({std::move(one), known});
  }
  return out;
}

std::vector<std::string> remarks_of(const std::vector<Event>& events) {
  std::vector<std::string> out;
  std::string cause;
  std::map<std::pair<std::string, std::string>, std::pair<std::string, unsigned>> said;  // by verdict and element: strength, how often
  for (const auto& event : events) {
    auto& [strength, begun] = said[{event.verdict, event.element}];
    if (event.phase == Phase::begin) ++begun;
    out.push_back(remark(event, cause, strength, begun));
    strength = event.strength;
    if (event.verdict != "folded") cause = event.cause;
  }
  return out;
}

}  // namespace holdup::cli
