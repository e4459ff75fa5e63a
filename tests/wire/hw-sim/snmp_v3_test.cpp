#include <string>
#include <vector>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"
#include "wire/hw-sim/trap_listener.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* recording =
    "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.9.1|2|-7\n1.3.6.1.4.1.9.5|70|18446744073709551615\n";

constexpr const char* users =
    "users:\n"
    "  - {user: plain}\n"
    "  - {user: md5des, auth: {protocol: MD5, passphrase: authpass1}, priv: {protocol: DES, passphrase: privpass1}}\n"
    "  - {user: sha1aes, auth: {protocol: SHA-1, passphrase: authpass1}, priv: {protocol: AES-128, passphrase: privpass1}}\n"
    "  - {user: sha224, auth: {protocol: SHA-224, passphrase: authpass1}}\n"
    "  - {user: sha256, auth: {protocol: SHA-256, passphrase: authpass1}, priv: {protocol: AES-192, passphrase: privpass1}}\n"
    "  - {user: sha384, auth: {protocol: SHA-384, passphrase: authpass1}, priv: {protocol: AES-256, passphrase: privpass1}}\n"
    "  - {user: sha512, auth: {protocol: SHA-512, passphrase: authpass1}, priv: {protocol: AES-256-C, passphrase: privpass1}}\n"
    "  - {user: md5aes256, auth: {protocol: MD5, passphrase: authpass1}, priv: {protocol: AES-256, passphrase: privpass1}}\n";

// A stock tool with its own place for what it keeps; ten seconds, one try: only a hang misses them.
std::string tool(const Folder& folder, const std::string& name, const std::string& user, const std::string& rest) {
  return "SNMP_PERSISTENT_DIR=" + folder.path("kept") + " " + name + " -v3 -On -t 10 -r 0 " + user + " " + rest +
         " 2>&1 | grep -v directory:";
}

const std::string best = "-u sha384 -l authPriv -a SHA-384 -A authpass1 -x AES-256 -X privpass1";

}  // namespace

TEST_CASE("a stock snmpget reads over SNMPv3 as a user of every protocol") {
  const Folder folder;
  const Simulator simulator{{"replay", "--v3-file", folder.write("v3.yaml", users), folder.write("a.snmprec", recording)}};
  const std::vector<std::string> all{"-u plain -l noAuthNoPriv",
                                     "-u md5des -l authPriv -a MD5 -A authpass1 -x DES -X privpass1",
                                     "-u sha1aes -l authPriv -a SHA -A authpass1 -x AES -X privpass1",
                                     "-u sha224 -l authNoPriv -a SHA-224 -A authpass1",
                                     "-u sha256 -l authPriv -a SHA-256 -A authpass1 -x AES-192 -X privpass1",
                                     best,
                                     "-u sha512 -l authPriv -a SHA-512 -A authpass1 -x AES-256-C -X privpass1",
                                     "-u md5aes256 -l authPriv -a MD5 -A authpass1 -x AES-256 -X privpass1"};
  for (const auto& user : all)
    CHECK(shell(tool(folder, "snmpget", user, simulator.host_port(0) + " .1.3.6.1.4.1.9.1")).text == ".1.3.6.1.4.1.9.1 = INTEGER: -7\n");
  const auto walk = shell(tool(folder, "snmpbulkwalk -Oe", best, simulator.host_port(0) + " .1")).text;
  CHECK(walk.starts_with(".1.3.6.1.2.1.1.1.0 = STRING: \"a device\"\n"));
  CHECK(walk.find(".1.3.6.1.4.1.9.5 = Counter64: 18446744073709551615\n") != std::string::npos);
  CHECK(simulator.writes_seen() == 0);
}

TEST_CASE("a stock snmpset is refused over SNMPv3, and counted") {
  const Folder folder;
  const Simulator simulator{{"replay", "--v3-file", folder.write("v3.yaml", users), folder.write("a.snmprec", recording)}};
  CHECK(shell(tool(folder, "snmpset", best, simulator.host_port(0) + " .1.3.6.1.4.1.9.1 i 1")).text.find("notWritable") !=
        std::string::npos);
  CHECK(simulator.writes_seen() == 1);
}

TEST_CASE("who cannot prove itself over SNMPv3 is told why") {
  const Folder folder;
  const Simulator simulator{{"replay", "--v3-file", folder.write("v3.yaml", users), folder.write("a.snmprec", recording)}};
  const auto said = [&](const std::string& user) {
    return shell(tool(folder, "snmpget", user, simulator.host_port(0) + " .1.3.6.1.4.1.9.1")).text;
  };
  CHECK(said("-u nobody -l noAuthNoPriv").find("Unknown user name") != std::string::npos);
  CHECK(said("-u sha224 -l authNoPriv -a SHA-224 -A authpass2").find("Authentication failure") != std::string::npos);
  CHECK(said("-u sha224 -l authPriv -a SHA-224 -A authpass1 -x AES -X privpass1").find("Unsupported security level") != std::string::npos);
  CHECK(said("-u sha384 -l authNoPriv -a SHA-384 -A authpass1").find("authorizationError") != std::string::npos);
}

TEST_CASE("a reboot raises the engine's boots, restarts the uptime, and is found out by a stock client") {
  const Folder folder;
  const Simulator simulator{{"replay", "--v3-file", folder.write("v3.yaml", users), folder.write("a.snmprec", recording)}};
  const auto engine = simulator.ctl("status").text;
  CHECK(engine.find("\"engines\":{\"device/a\":\"80001f8805") != std::string::npos);
  REQUIRE(simulator.ctl("fault device/a kind=reboot ms=0").text == "{\"ok\":true}\n");
  const auto uptime = shell(tool(folder, "snmpget -Oqvt", best, simulator.host_port(0) + " .1.3.6.1.2.1.1.3.0")).text;
  CHECK(std::stol(uptime) < 6000);
  CHECK(uptime != "100\n");
}

TEST_CASE("several agents on one port answer from their own addresses, each with its own engine, and nobody else does") {
  const Folder folder;
  const Simulator simulator{{"replay", "--agents", "300", "--listen", "127.9.0.250:0", "--v3-file", folder.write("v3.yaml", users),
                             folder.write("a.snmprec", recording)}};
  const auto port = std::to_string(simulator.port(0));
  CHECK(simulator.url(0) == "snmp://127.9.0.250:" + port);
  CHECK(simulator.url(5) == "snmp://127.9.1.1:" + port);
  for (const std::size_t i : {0U, 5U, 299U}) {
    const auto at = simulator.host_port(i) + " .1.3.6.1.4.1.9.1";
    CHECK(shell(tool(folder, "snmpget", best, at)).text == ".1.3.6.1.4.1.9.1 = INTEGER: -7\n");
    CHECK(shell("snmpget -v2c -c public -On -t 10 -r 0 " + at).text == ".1.3.6.1.4.1.9.1 = INTEGER: -7\n");
  }
  CHECK(shell("snmpget -v2c -c public -t 0.3 -r 0 127.0.0.1:" + port + " .1.3.6.1.4.1.9.1").text.starts_with("Timeout"));
  const auto status = simulator.ctl("status").text;
  const auto engine_of = [&](const std::string& name) {
    return status.substr(status.find("\"device/" + name + "\":\"") + name.size() + 11, 26);
  };
  CHECK(engine_of("a-1") != engine_of("a-2"));
  REQUIRE(simulator.ctl("fault device/a-2 kind=silent").exit_code == 0);
  CHECK(shell("snmpget -v2c -c public -t 0.3 -r 0 " + simulator.host_port(1) + " .1.3.6.1.4.1.9.1").text.starts_with("Timeout"));
  CHECK(shell("snmpget -v2c -c public -On -t 10 -r 0 " + simulator.host_port(2) + " .1.3.6.1.4.1.9.1").exit_code == 0);
  CHECK(shell("snmpset -v2c -c public -t 10 -r 0 " + simulator.host_port(2) + " .1.3.6.1.4.1.9.1 i 1").exit_code != 0);
  CHECK(simulator.writes_seen() == 1);
}

TEST_CASE("only the versions that were asked for are spoken") {
  const Folder folder;
  const Simulator simulator{{"replay", "--versions", "1", folder.write("a.snmprec", recording)}};
  const auto rest = " -c public -On -r 0 " + simulator.host_port(0) + " .1.3.6.1.4.1.9.1";
  CHECK(shell("snmpget -v1 -t 10" + rest).exit_code == 0);
  CHECK(shell("snmpget -v2c -t 0.3" + rest).text.starts_with("Timeout"));
}

TEST_CASE("credentials that make no user stop the start with the line that is wrong") {
  const Folder folder;
  const auto file = folder.write("v3.yaml", "user: ops\nauth: {protocol: SHA-3, passphrase: authpass1}\n");
  const auto output = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim replay --v3-file " + file + " " + folder.write("a.snmprec", recording));
  CHECK(output.exit_code == 1);
  CHECK(output.text.find(file + ":2: auth: no such protocol") != std::string::npos);
}
