#include "drivers/snmp/fit.hpp"

#include "catch.hpp"
#include "drivers/snmp/expand.hpp"
#include "drivers/snmp/recording.hpp"

using namespace holdup;
using namespace holdup::snmp;

namespace {

profile::Library library() {
  ground::Problems problems;
  auto out = profile::Library::load(
      {{"own.yaml", "profile: own\ninstead_of: [bad]\nidentify: [{sys_object_id: [1.3.6.1.4.1.9], answers: [1.3.6.1.4.1.9.1]}]\n"},
       {"star.yaml",
        "profile: star\nbase: 1.3.6.1.4.1.28507.*\nidentify: [{answers: [.1]}]\nscalars:\n  - {oid: .1.1.0, metric: rack_power_watts}\n"},
       {"new.yaml", "profile: new\nidentity: {model: 1.3.6.1.4.1.9.1.5.0}\nidentify: [{answers: [1.3.6.1.4.1.9.1], model: '^X[0-9]'}]\n"},
       {"bad.yaml", "profile: bad\nstandard: 20\nidentify: [{answers: [1.3.6.1.2.1.99]}]\n"},
       {"std.yaml", "profile: std\nstandard: 10\nidentify: [{answers: [1.3.6.1.2.1.33]}]\n"}},
      problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return out;
}

std::vector<std::string> chosen(const std::string& recorded) {
  const auto profiles = library();
  const auto recording = parse_recording(recorded);
  const auto fitting = choose(profiles, recording.seen, recording.answers);
  std::vector<std::string> out;
  for (const auto* profile : fitting.profiles) out.push_back(profile->name);
  return out;
}

const std::string ups = "1.3.6.1.2.1.33.1.2.1.0|2|2\n";
const std::string sensors = "1.3.6.1.2.1.99.1.1.1.4.1|2|20\n";

}  // namespace

TEST_CASE("a device is read through every profile whose trees it answers, its vendor's first") {
  using Names = std::vector<std::string>;
  CHECK(chosen(ups) == Names{"std"});
  CHECK(chosen(ups + sensors) == Names{"std", "bad"});
  CHECK(chosen("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.7\n1.3.6.1.4.1.9.1.1.0|2|1\n" + ups) == Names{"own", "std"});
  CHECK(chosen("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.7\n" + ups) == Names{"std"});
}

TEST_CASE("a profile that stands instead of another leaves it out") {
  CHECK(chosen("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.7\n1.3.6.1.4.1.9.1.1.0|2|1\n" + sensors) == std::vector<std::string>{"own"});
}

TEST_CASE("the model decides where an entry asks for it") {
  CHECK(chosen("1.3.6.1.4.1.9.1.5.0|4|X30\n") == std::vector<std::string>{"new"});
  CHECK(chosen("1.3.6.1.4.1.9.1.5.0|4|Y30\n").empty());
}

TEST_CASE("a star is the number in sysObjectID, else the first that is answered") {
  const auto profiles = library();
  const auto source = [&](const std::string& recorded) {
    const auto recording = parse_recording(recorded);
    const auto fitting = choose(profiles, recording.seen, recording.answers);
    const auto points = expand(fitting.profiles, recording.answers, Spares::dropped);
    return points.empty() ? std::string{} : points[0].point.source;
  };
  const std::string values = "1.3.6.1.4.1.28507.43.1.1.0|2|5\n1.3.6.1.4.1.28507.66.1.1.0|2|5\n";
  CHECK(source(values) == "1.3.6.1.4.1.28507.43.1.1.0");
  CHECK(source("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.28507.66\n" + values) == "1.3.6.1.4.1.28507.66.1.1.0");
  CHECK(source("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.28507\n" + values) == "1.3.6.1.4.1.28507.43.1.1.0");
}

TEST_CASE("a recording's lines become values, and what is none is counted") {
  const auto recording = parse_recording(
      "# comment\n1.3.6.1.2.1.1.1.0|4x|4142\n1.3.1|65|7\n1.3.2|4|a|b\n1.3.3|64|192.0.2.1\n1.3.4|70|18446744073709551615\r\n"
      "1.3.5|5|\n1.3.6|68x|9f78043f800000\nnonsense\n1.3.7|2:numeric|rate=1\n1.3.8|4x|4\n");
  CHECK(recording.seen.description == "AB");
  CHECK(recording.values == 7);
  CHECK(recording.skipped == 3);
  CHECK(recording.answers.find(*Oid::parse("1.3.2"))->text == "a|b");
  CHECK(recording.answers.find(*Oid::parse("1.3.4"))->number == 18446744073709551615.0);
  CHECK(recording.answers.find(*Oid::parse("1.3.6"))->number == 1.0);
  CHECK(recording.answers.find(*Oid::parse("1.3.5")) == nullptr);
}
