#include <stdlib.h>  // mkdtemp

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "collector/cli/verbs.hpp"
#include "wire/collector/cli/said.hpp"

// The verbs that need no more than paper, as from the command line: `check`, `import`, `whatif`.

using namespace holdup::cli;
using holdup::cli::test::run;

namespace {

/// A file in a folder of its own, gone with it.
class Paper {
 public:
  Paper(const std::string& name, const std::string& text) {
    std::string made = "/tmp/holdup-paper-XXXXXX";
    REQUIRE(mkdtemp(made.data()) != nullptr);
    folder_ = made;
    std::ofstream{folder_ / name} << text;
    path = (folder_ / name).string();
  }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;
  ~Paper() { std::filesystem::remove_all(folder_); }
  std::string path;

 private:
  std::filesystem::path folder_;
};

constexpr const char* rack =
    "rack: r\n"
    "feeds:\n"
    "  A: {nominal_volts: 230, rating_amperes: 16, curve: C}\n"
    "  B: {nominal_volts: 230, rating_amperes: 16, curve: C}\n"
    "devices:\n"
    "  pdu-a: {url: 'snmp://192.0.2.1', feed: A, via: switch/sw1}\n"
    "  pdu-b: {url: 'snmp://192.0.2.2', feed: B}\n"
    "loads:\n"
    "  cab1: {needs_watts: 4600, sharing: active, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}\n"
    "  srv1: {needs_watts: 230, supplies: {psu1: {cord: pdu-a/outlet/2}}}\n";

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("check names what is wrong on paper and takes the file all the same") {
  const Paper file{"r.yaml", rack};
  const auto said = run({"check", "-c", file.path});
  INFO(said.err);
  CHECK(said.code == fine);
  CHECK(says(said.err, "warning: " + file.path + ":10: loads.srv1: single-corded, on feed/A"));
  CHECK(says(said.err, "warning: " + file.path + ":3: feeds.A.rating_amperes: carries 21 A of 16 A when feed/B is lost"));
  const auto json = run({"check", "--json", "-c", file.path});
  CHECK(says(json.out, R"("line":10,"key":"loads.srv1","what":"single-corded, on feed/A: one loss takes it down")"));
}

TEST_CASE("import prints what to paste, names every bad line, and ends with 1 where there is one") {
  const Paper good{"s.csv", "load,pdu,outlet,feed,url\ncab1,pdu-a,1,A,192.0.2.1\n"};
  const auto said = run({"import", "--csv", good.path});
  CHECK(said.code == fine);
  CHECK(said.err.empty());
  CHECK(says(said.out,
             "devices:\n  pdu-a: {url: snmp://192.0.2.1, feed: A}\nloads:\n  cab1:\n    supplies:\n      psu1: {cord: pdu-a/outlet/1}\n"));
  const Paper bad{"s.csv", "load,pdu,outlet\ncab1,pdu-a,1\ncab2,pdu-a,1\n"};
  const auto half = run({"import", "--csv", bad.path});
  CHECK(half.code == problem_found);
  CHECK(half.err == bad.path + ":3: outlet: pdu-a/outlet/1 is taken at line 2; one supply an outlet\n");
  CHECK(says(half.out, "  cab1:\n"));
  const auto json = run({"import", "--json", "--csv", bad.path});
  CHECK(json.code == problem_found);
  CHECK(says(json.out, "{\"line\":2,\"load\":\"cab1\",\"supply\":\"psu1\",\"cord\":\"pdu-a/outlet/1\"}\n"));
  CHECK(run({"import", "--csv", good.path + "x"}).code == problem_found);
  CHECK(run(std::vector<std::string>{"import"}).code == usage);
}

TEST_CASE("whatif says what goes dark, what overloads and when that may trip, and ends with 1") {
  const Paper file{"r.yaml", rack};
  const auto said = run({"whatif", "-c", file.path, "--lose", "feed/A"});
  INFO(said.out);
  CHECK(said.code == problem_found);
  CHECK(said.out ==
        "losing feed/A\n"
        "  dark: feed/A, pdu-a, srv1\n"
        "  cab1: psu1 off; psu2 carries 4600 W; no redundancy is left\n"
        "  feed/B: 10 A -> 20 A of 16 A, 125 %: trips after 8 min at least, perhaps never; then dark: cab1\n"
        "  silent: device/pdu-a\n");
  const auto json = run({"whatif", "--json", "-c", file.path, "--lose", "feed/A"});
  CHECK(json.code == problem_found);
  CHECK(says(json.out, R"({"what":"draw","element":"cab1","source":"needs_watts","watts":4600})"));
  CHECK(says(json.out, "{\"what\":\"dark\",\"element\":\"srv1\"}\n"));
  CHECK(says(
      json.out,
      R"({"what":"breaker","element":"feed/B","amperes_before":10,"amperes":20,"rating_amperes":16,"overloaded":true,"trips_after_s":)"));
  CHECK(says(json.out, R"("trips_within_s":null,"then_dark":["cab1"]})"));
}

TEST_CASE("whatif ends with 0 where every load lives on, and with 2 for what is not there") {
  const Paper file{"r.yaml", rack};
  const auto said = run({"whatif", "-c", file.path, "--lose", "switch/sw1"});
  CHECK(said.code == fine);
  CHECK(said.out == "losing switch/sw1\n  dark: switch/sw1\n  silent: device/pdu-a\n  every load lives on, and nothing is overloaded\n");
  const auto wrong = run({"whatif", "-c", file.path, "--lose", "feed/C"});
  CHECK(wrong.code == usage);
  CHECK(wrong.err == "holdup whatif: no element 'feed/C' in this site file; did you mean 'feed/A'?\n");
  CHECK(run({"whatif", "-c", file.path}).code == usage);
  CHECK(run({"whatif", "-c", file.path + "x", "--lose", "feed/A"}).code == problem_found);
}

TEST_CASE("whatif reckons on paper, and says so, where nobody answers") {
  const Paper file{"r.yaml", rack};
  const auto said = run({"whatif", "-c", file.path, "--lose", "feed/A", "--url", "http://127.0.0.1:1"});
  CHECK(says(said.err, ": on paper only\n"));
  CHECK(says(said.out, "feed/B: 10 A -> 20 A of 16 A"));
}
