#include "collector/cli/sequence.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using record::Phase;

namespace {

record::Evidence sign(const std::string& source, ground::Duration at, ground::Duration uncertainty = {}) {
  return {.source = source, .point = "silence", .value = {}, .quality = "good", .time = ground::Utc{at}, .uncertainty = uncertainty};
}

record::Event said(Phase phase, const std::string& verdict, const std::string& element, const std::string& cause,
                   const std::string& strength = "proven") {
  return {.incident = "b-1", .verdict = verdict, .strength = strength, .element = element, .phase = phase, .cause = cause, .evidence = {}};
}

std::vector<std::string> order_of(const std::vector<record::Event>& events) {
  std::vector<std::string> out;
  for (const auto& one : cli::sequence_of(events)) out.push_back(one.evidence.source + (one.order_known ? "" : "?"));
  return out;
}

}  // namespace

TEST_CASE("signs stand in the order in which they happened, each once, whichever event told them") {
  auto first = said(Phase::begin, "supply_input_lost", "cab1/psu1", "cab1/psu1"), second = said(Phase::begin, "pdu_dark", "pdu-a", "pdu-a");
  first.evidence = {sign("b", 2s), sign("c", 3s)};
  second.evidence = {sign("a", 1s), sign("c", 3s)};
  CHECK(order_of({first, second}) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("the order of two whose intervals overlap is unknown, where one begins after the other it is known") {
  auto event = said(Phase::begin, "feed_lost", "feed/A", "feed/A");
  event.evidence = {sign("a", 1s), sign("b", 2s, 500ms), sign("c", 3s, 1s), sign("d", 4s, 3s)};
  CHECK(order_of({event}) == std::vector<std::string>{"a", "b", "c?", "d?"});
}

TEST_CASE("what was moved, strengthened, withdrawn, counted and folded is said") {
  auto folded = said(Phase::end, "folded", "pdu-a2", "feed/A");
  folded.evidence = {{.source = "feed/A", .point = "part of incident b-1", .value = {}, .quality = "good", .time = {}, .uncertainty = {}}};
  const auto remarks = cli::remarks_of(
      {said(Phase::begin, "pdu_dark", "pdu-a", "pdu-a", "reported"), said(Phase::update, "pdu_dark", "pdu-a", "pdu-a"),
       said(Phase::begin, "feed_lost", "feed/A", "feed/A"), said(Phase::end, "pdu_dark", "pdu-a", "feed/A"),
       said(Phase::begin, "pdu_dark", "pdu-a", "feed/A"), said(Phase::end, "overload", "pdu-a", "feed/A", "reported"), folded});
  CHECK(remarks == std::vector<std::string>{"", "was reported", "the cause moved from pdu-a to feed/A", "", "for the 2nd time",
                                            "withdrawn: it was only reported", "part of incident b-1"});
}
