#include "collector/site/cord_sheet.hpp"

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;

namespace {

using Lines = std::vector<std::string>;

struct Made {
  std::string yaml;
  Lines errors, warnings;
};

Made import(std::string_view text, const std::string& rack = {}) {
  ground::Problems problems;
  Made out;
  out.yaml = site::yaml_of(site::read_cord_sheet(text, "s.csv", rack, problems));
  for (const auto& problem : problems.all())
    (problem.weight == ground::Problem::Weight::error ? out.errors : out.warnings).push_back(problem.text());
  return out;
}

constexpr const char* sheet =
    "load,supply,pdu,outlet,feed,url,rated_watts,needs_watts,sharing,status,holdup\n"
    "cab1,psu1,pdu-a,3,A,snmp://192.0.2.11,3000,1800,active,shelf1,20ms\n"
    "cab1,psu2,pdu-b,3,B,192.0.2.12,3000,,,,\n"
    "srv1,psu1,pdu-b,4,B,,1200,,,,\n";

const std::string made =
    "# Not in the sheet: volts and ratings of the feeds.\n"
    "#feeds:\n"
    "#  A: {nominal_volts: 230, rating_amperes: 32}\n"
    "#  B: {nominal_volts: 230, rating_amperes: 32}\n"
    "devices:\n"
    "  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
    "  pdu-b: {url: snmp://192.0.2.12, feed: B}\n"
    "loads:\n"
    "  cab1:\n"
    "    needs_watts: 1800\n"
    "    sharing: active\n"
    "    supplies:\n"
    "      psu1: {cord: pdu-a/outlet/3, status: shelf1, rated_watts: 3000, holdup: 20ms}\n"
    "      psu2: {cord: pdu-b/outlet/3, rated_watts: 3000}\n"
    "  srv1:\n"
    "    supplies:\n"
    "      psu1: {cord: pdu-b/outlet/4, rated_watts: 1200}\n";

}  // namespace

TEST_CASE("a sheet of cords becomes what the site file has") {
  const auto got = import(sheet);
  CHECK(got.yaml == made);
  CHECK(got.errors.empty());
  CHECK(got.warnings.empty());
}

TEST_CASE("what was imported is a site file once feeds and what reports stand beside it") {
  ground::Problems problems;
  std::string text = import(sheet).yaml;
  text.replace(text.find("#feeds:"), 7, "feeds:");
  for (auto at = text.find("#  "); at != std::string::npos; at = text.find("#  ")) text.erase(at, 1);
  text.replace(text.find("devices:\n"), 9, "devices:\n  shelf1: {url: 'modbus://192.0.2.21/1'}\n");
  const auto site = site::parse("rack: r\n" + text, "r.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  CHECK(problems.ok());
  CHECK(site.supplies.size() == 3);
}

TEST_CASE("headers are known whatever their case, order and spelling") {
  const auto got = import(
      "Outlet;PDU;PSU;Server;Rated Watts;Side\nOutlet 03;pdu-a;1;cab1;3000 W;A\n 3 ;PDU-B; 2;CAB1;3 kW;B\n#5;pdu-b;;srv1;1,2 kW;B\n");
  CHECK(got.errors.empty());
  CHECK(got.yaml.find("      psu1: {cord: pdu-a/outlet/3, rated_watts: 3000}\n      psu2: {cord: PDU-B/outlet/3, rated_watts: 3000}\n") !=
        std::string::npos);
  CHECK(got.yaml.find("  srv1:\n    supplies:\n      psu1: {cord: PDU-B/outlet/5, rated_watts: 1200}\n") != std::string::npos);
  CHECK(got.yaml.find("#devices:\n#  pdu-a: {url: snmp://ADDRESS, feed: A}\n") != std::string::npos);
}

TEST_CASE("cords may stand in one column, and supplies without a name are counted") {
  const auto got = import("load\tcord\ncab1\tpdu-a/outlet/1\ncab1\tpdu-b/outlet/A1\n");
  CHECK(got.errors.empty());
  CHECK(got.yaml.ends_with("  cab1:\n    supplies:\n      psu1: {cord: pdu-a/outlet/1}\n      psu2: {cord: pdu-b/outlet/A1}\n"));
}

TEST_CASE("names become fit for elements, and what YAML would read otherwise stands in quotes") {
  const auto got = import("load,supply,pdu,outlet,feed,url\nServer 01/a,-x,null,1,A,'snmp://[2001:db8::1]:161'\n");
  CHECK(got.errors.size() == 1);
  const auto quoted = import("load,supply,pdu,outlet,feed,url\nServer 01/a,-x,null,1,A,snmp://[2001:db8::1]:161\n");
  CHECK(quoted.errors.empty());
  CHECK(quoted.yaml.find("  'null': {url: 'snmp://[2001:db8::1]:161', feed: A}\n") != std::string::npos);
  CHECK(quoted.yaml.find("  Server-01-a:\n    supplies:\n      '-x': {cord: null/outlet/1}\n") != std::string::npos);
}

TEST_CASE("every line that cannot be used is named, and the others are made") {
  const auto got = import(
      "load,supply,pdu,outlet,feed,url,rated_watts,needs_watts,sharing,holdup\n"
      "cab1,psu1,pdu-a,1,A,,3000,1800,active,20ms\n"  // 2: good
      ",psu1,pdu-a,2,A,,,,,\n"
      "cab2,psu1,,2,A,,,,,\n"
      "cab2,psu1,pdu-a,,A,,,,,\n"
      "cab2,psu1,pdu-a,o ut,A,,,,,\n"
      "cab1,PSU1,pdu-a,3,A,,,,,\n"
      "cab2,psu1,pdu-a,1,A,,,,,\n"
      "cab3,psu1,pdu-a,4,B,,,,,\n"
      "cab4,psu1,pdu-a,5,A,ftp://x,,,,\n"
      "cab5,psu1,pdu-a,6,A,,much,,,\n"
      "cab6,psu1,pdu-a,7,A,,\"1,800\",,,\n"
      "cab1,psu3,pdu-a,8,A,,,1900,,\n"
      "cab7,psu1,pdu-a,9,A,,,,both,\n"
      "cab8,psu1,pdu-a,10,A,,,,,20\n"
      "cab9,psu1,pdu-a,11,A,,,,,,extra\n"
      "cab10,psu1,pdu-a,12,A,,,,,\n");
  CHECK(got.errors == Lines{"s.csv:3: load: empty; write what is plugged in", "s.csv:4: pdu: empty; write the PDU it is plugged into",
                            "s.csv:5: outlet: empty; write the outlet as printed on the PDU, as in 3",
                            "s.csv:6: outlet: 'o ut' is no outlet; write the outlet as printed on the PDU, as in 3",
                            "s.csv:7: supply: cab1/PSU1 is there at line 2 already; give each supply its own name",
                            "s.csv:8: outlet: pdu-a/outlet/1 is taken at line 2; one supply an outlet",
                            "s.csv:9: feed: pdu-a has 'B' here, 'A' at line 2; write the same in every row of it",
                            "s.csv:10: url: the scheme 'ftp' is not served; write snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, "
                            "modbus-rtu:///dev/ttyS0/UNIT or "
                            "modbus-rtu://HOST:PORT/UNIT",
                            "s.csv:11: rated_watts: 'much' is no number of watts; write digits, as in 1800 or 1.8 kW",
                            "s.csv:12: rated_watts: '1,800' is no number of watts; write digits, as in 1800 or 1.8 kW",
                            "s.csv:13: needs_watts: cab1 has '1900' here, '1800' at line 2; write the same in every row of it",
                            "s.csv:14: sharing: 'both' is no sharing; write active, standby or unknown",
                            "s.csv:15: holdup: '20' is no duration; write a number and its unit, as in 20ms",
                            "s.csv:16: more fields than the header has; put fields with a separator in quotes"});
  CHECK(got.yaml.find("  cab10:\n    supplies:\n      psu1: {cord: pdu-a/outlet/12}\n") != std::string::npos);
  CHECK(got.yaml.find("cab7") == std::string::npos);
}

TEST_CASE("a header that lacks or repeats columns is refused, and unknown columns are named") {
  CHECK(import("pdu,outlet\na,1\n").errors ==
        Lines{"s.csv:1: no column 'load'; the first line names the columns: load, supply, pdu, outlet, feed, rated_watts"});
  CHECK(import("load,pdu\na,1\n").errors.size() == 1);
  CHECK(import("load,server,pdu,outlet\na,b,c,1\n").errors == Lines{"s.csv:1: server: the same column as 'load'; take one of them out"});
  CHECK(import("").errors == Lines{"s.csv: no header line; write load,supply,pdu,outlet into the first line"});
  CHECK(import("load,pdu,outlet,U-height,Outlets\na,b,1,7,2\n").warnings ==
        Lines{"s.csv:1: U-height: a column that is not read", "s.csv:1: Outlets: a column that is not read; did you mean 'outlet'?"});
}

TEST_CASE("one rack of several is chosen") {
  const std::string text = "rack,load,pdu,outlet\nr1,a,p,1\nr2,b,p,1\nR1,c,p,2\n";
  CHECK(import(text).errors == Lines{"s.csv: rack: rows of 2 racks; choose one with --rack: r1, r2"});
  const auto got = import(text, "r1");
  CHECK(got.errors.empty());
  CHECK(got.yaml.starts_with("rack: r1\n"));
  CHECK(got.yaml.find("  a:\n") != std::string::npos);
  CHECK(got.yaml.find("  c:\n") != std::string::npos);
  CHECK(got.yaml.find("  b:\n") == std::string::npos);
  CHECK(import(text, "r3").errors == Lines{"s.csv: rack: no row of rack 'r3'; r1, r2"});
  CHECK(import("rack,load,pdu,outlet\nr1,a,p,1\n").yaml.starts_with("rack: r1\n"));
}
