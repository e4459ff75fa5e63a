#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "wire/hw-sim/agent_daemon.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* user =
    "user: ops\nauth: {protocol: SHA-512, passphrase: authpass1}\npriv: {protocol: AES-256, passphrase: privpass1}\n";

std::string recording() {
  std::string out =
      "1.3.6.1.2.1.1.1.0|4|a device | with a bar\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.9.1|2|-7\n"
      "1.3.6.1.4.1.9.2|64|10.0.0.1\n1.3.6.1.4.1.9.3|65|4294967295\n1.3.6.1.4.1.9.4|66|8\n1.3.6.1.4.1.9.6|4x|00ff\n"
      "1.3.6.1.4.1.9.7|5|\n1.3.6.1.4.1.9.8|68x|9f780442f60000\n1.3.6.1.4.1.9.9|4|\n";
  for (int row = 1; row <= 300; ++row) out += "1.3.6.1.4.1.10." + std::to_string(row) + "|66|" + std::to_string(row * 1000) + "\n";
  return out;
}

std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

std::string record(const Simulator& simulator, const std::string& rest) {
  return std::string{HOLDUP_BIN_DIR} + "/hw-sim record " + simulator.url(0) + " --rate 5000 " + rest;
}

}  // namespace

TEST_CASE("a recording of a replayed recording is the recording, over every version") {
  const Folder folder;
  const auto v3 = folder.write("v3.yaml", user);
  std::filesystem::permissions(v3, std::filesystem::perms::owner_read);
  const Simulator simulator{{"replay", "--v3-file", v3, folder.write("a.snmprec", recording())}};
  for (const auto& version : {std::string{"--snmp-version 2c"}, std::string{"--snmp-version 1"}, "--v3-file " + v3}) {
    const auto recorded = shell(record(simulator, "-o " + folder.path("b.snmprec") + " " + version));
    CHECK(recorded.exit_code == 0);
    CHECK(recorded.text.starts_with("recorded objects=311 "));
    CHECK(read(folder.path("b.snmprec")) == recording());
  }
  CHECK(shell(record(simulator, "--from 1.3.6.1.2 2>/dev/null")).text ==
        "1.3.6.1.2.1.1.1.0|4|a device | with a bar\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318\n1.3.6.1.2.1.1.3.0|67|100\n");
  CHECK(simulator.writes_seen() == 0);
}

TEST_CASE("a recording is walked by a stock snmpbulkwalk as the device was, whatever the types") {
  const Folder folder;
  const Simulator device{{"replay", folder.write("a.snmprec", recording() + "1.3.6.1.4.1.11.1|70|18446744073709551615\n"
                                                                            "1.3.6.1.4.1.11.2|4|1.3.6\n1.3.6.1.4.1.11.3|4x|1b5b33316d\n"
                                                                            "1.3.6.1.4.1.11.4|4x|c3a9\n1.3.6.1.4.1.11.5|6|0.0\n")}};
  REQUIRE(shell(record(device, "-o " + folder.path("b.snmprec"))).exit_code == 0);
  const Simulator replayed{{"replay", folder.path("b.snmprec")}};
  const auto walk = [](const Simulator& at) { return shell("snmpbulkwalk -v2c -c public -On " + at.host_port(0) + " 1.3.6.1").text; };
  CHECK(walk(device).find("Counter64: 18446744073709551615") != std::string::npos);
  CHECK(walk(device).find("Opaque: Float: 123.0") != std::string::npos);
  CHECK(walk(replayed) == walk(device));
}

TEST_CASE("where GETBULK is broken it is recorded by GETNEXT, where v2c is not spoken over v1") {
  const Folder folder;
  const auto source = folder.write("a.snmprec", "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n");
  const auto output = " --timeout 0.2 --retries 0 -o " + folder.path("b.snmprec");
  {
    const Simulator simulator{{"replay", source}};
    REQUIRE(simulator.ctl("fault device/a kind=no_bulk").exit_code == 0);
    CHECK(shell(record(simulator, output)).text == "recorded objects=2 requests=4\n");
    CHECK(read(folder.path("b.snmprec")) == read(source));
  }
  const Simulator simulator{{"replay", "--versions", "1", source}};
  CHECK(shell(record(simulator, output)).exit_code == 0);
  CHECK(read(folder.path("b.snmprec")) == read(source));
}

TEST_CASE("a walk that does not increase ends the recording, which keeps what came before") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording())}};
  REQUIRE(simulator.ctl("fault device/a kind=non_increasing").exit_code == 0);
  const auto recorded = shell(record(simulator, "-o " + folder.path("b.snmprec")));
  CHECK(recorded.exit_code == 1);
  CHECK(recorded.text.find("does not follow") != std::string::npos);
  CHECK(read(folder.path("b.snmprec")) == "1.3.6.1.2.1.1.1.0|4|a device | with a bar\n");
}

TEST_CASE("a table without end ends the recording with its OID, over every version") {
  const Folder folder;
  const auto v3 = folder.write("v3.yaml", user);
  std::filesystem::permissions(v3, std::filesystem::perms::owner_read);
  const Simulator simulator{{"replay", "--v3-file", v3, folder.write("a.snmprec", "1.3.6.1.4.1.9.1.1|2|7\n1.3.6.1.4.1.9.1.2|2|8\n")}};
  REQUIRE(simulator.ctl("fault device/a kind=endless").exit_code == 0);
  for (const auto& version : {std::string{"--snmp-version 2c"}, std::string{"--snmp-version 1"}, "--v3-file " + v3}) {
    const auto recorded = shell(record(simulator, "--most-rows 200 -o " + folder.path("b.snmprec") + " " + version));
    CHECK(recorded.exit_code == 1);
    CHECK(recorded.text.find("1.3.6.1.4.1.9.1 has more than 200 rows, at 1.3.6.1.4.1.9.1.201") != std::string::npos);
    CHECK(recorded.text.starts_with("recorded objects=200 "));
  }
}

TEST_CASE("a recording of Debian's snmpd is answered as snmpd answered, over every version") {
  const Folder folder;
  const wire::AgentDaemon daemon;
  const auto v3 = folder.write("v3.yaml", wire::AgentDaemon::credentials);
  std::filesystem::permissions(v3, std::filesystem::perms::owner_read);
  // What stands still on any machine: system without its uptime and times, and the agent's own view tables.
  const std::string subtree = "1.3.6.1.6.3.16.1";
  const auto walked = [&](const std::string& place) { return shell("snmpbulkwalk -v2c -c public -On " + place + " " + subtree).text; };
  const auto truth = walked(daemon.host_port());
  REQUIRE(truth.size() > 1000);
  for (const auto& version : {std::string{"--snmp-version 2c"}, std::string{"--snmp-version 1"}, "--v3-file " + v3}) {
    const auto recorded = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim record snmp://" + daemon.host_port() + " --rate 5000 --from " +
                                subtree + " -o " + folder.path("d.snmprec") + " " + version);
    INFO(recorded.text);
    CHECK(recorded.exit_code == 0);
    const Simulator simulator{{"replay", folder.path("d.snmprec")}};
    CHECK(walked(simulator.host_port(0)) == truth);
  }
}

TEST_CASE("who is silent, or refuses the user, ends the recording with a line that says so") {
  const Folder folder;
  const auto v3 = folder.write("v3.yaml", user);
  const auto wrong = folder.write("wrong.yaml", "user: ops\nauth: {protocol: SHA-512, passphrase: authpass2}\n");
  for (const auto& file : {v3, wrong}) std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const Simulator simulator{{"replay", "--v3-file", v3, folder.write("a.snmprec", recording())}};
  const auto refused = shell(record(simulator, "--v3-file " + wrong));
  CHECK(refused.exit_code == 1);
  CHECK(refused.text.find("wrong authentication passphrase") != std::string::npos);
  REQUIRE(simulator.ctl("fault device/a kind=silent").exit_code == 0);
  const auto silent = shell(record(simulator, "--snmp-version 2c --timeout 0.1 --retries 1"));
  CHECK(silent.exit_code == 1);
  CHECK(silent.text.find("no answer to 2 tries") != std::string::npos);
}

TEST_CASE("secrets that others can read, and urls that are none, are refused") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording())}};
  const auto secret = folder.write("community", "public\n");
  std::filesystem::permissions(secret, std::filesystem::perms::owner_all | std::filesystem::perms::group_read);
  CHECK(shell(record(simulator, "--community-file " + secret)).text.find("others may read it") != std::string::npos);
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  CHECK(shell(record(simulator, "--from 1.3.6.1.2 --community-file " + secret)).exit_code == 0);
  CHECK(shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim record modbus://127.0.0.1/1").exit_code == 2);
  CHECK(shell(record(simulator, "--from system")).exit_code == 2);
  CHECK(shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim record snmp://127.0.0.1:1 --snmp-version 3").exit_code == 2);
}

TEST_CASE("public recordings come back as they went in") {
  const std::filesystem::path shared = std::filesystem::path{HOLDUP_SOURCE_DIR} / "../shared/devices/snmp";
  if (!std::filesystem::exists(shared)) {
    WARN("SKIP: ../shared/devices/snmp is not here");
    return;
  }
  const Folder folder;
  for (const auto* name : {"aos-emu2_ap9320.snmprec", "raritan-pdu_px3.snmprec", "netapp_e2700.snmprec", "wut_57605.snmprec"}) {
    if (!std::filesystem::exists(shared / name)) continue;
    const Simulator first{{"replay", (shared / name).string()}};
    const auto once = folder.path("once.snmprec"), twice = folder.path("twice.snmprec");
    REQUIRE(shell(record(first, "-o " + once)).exit_code == 0);
    const Simulator second{{"replay", once}};
    REQUIRE(shell(record(second, "-o " + twice)).exit_code == 0);
    CHECK(read(once) == read(twice));
  }
}
