#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* recording =
    "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.9.1|2|-7\n"
    "1.3.6.1.4.1.9.2|64|10.0.0.1\n1.3.6.1.4.1.9.3|65|4294967295\n1.3.6.1.4.1.9.4|66|8\n1.3.6.1.4.1.9.5|70|18446744073709551615\n"
    "1.3.6.1.4.1.9.6|4x|00ff\n1.3.6.1.4.1.9.7|5|\n";

constexpr const char* walked =
    ".1.3.6.1.2.1.1.1.0 = STRING: \"a device\"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.318.1\n.1.3.6.1.2.1.1.3.0 = Timeticks: (100) "
    "0:00:01.00\n"
    ".1.3.6.1.4.1.9.1 = INTEGER: -7\n.1.3.6.1.4.1.9.2 = IpAddress: 10.0.0.1\n.1.3.6.1.4.1.9.3 = Counter32: 4294967295\n"
    ".1.3.6.1.4.1.9.4 = Gauge32: 8\n.1.3.6.1.4.1.9.5 = Counter64: 18446744073709551615\n.1.3.6.1.4.1.9.6 = Hex-STRING: 00 FF \n"
    ".1.3.6.1.4.1.9.7 = NULL\n";

// Ten seconds, one try: only a hang misses them.
std::string tool(const std::string& name, const std::string& version, const std::string& rest) {
  return name + " -v" + version + " -c public -On -Oe -t 10 -r 0 " + rest;
}

// Sends a GETNEXT of 1.3.6.1.2.1 by hand and says from which ports so many answers came, 0 for each that did not: net-snmp's tools take the
// first from any port.
std::vector<int> answering_ports(int agent_port, std::size_t answers) {
  const std::string request(
      "\x30\x26\x02\x01\x01\x04\x06public\xa1\x19\x02\x04\x01\x02\x03\x04\x02\x01\x00\x02\x01\x00\x30\x0b\x30\x09\x06\x05\x2b\x06\x01\x02"
      "\x01\x05\x00",
      40);
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<uint16_t>(agent_port));
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::sendto(socket, request.data(), request.size(), 0, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
  std::vector<int> out;
  while (out.size() < answers) {
    std::array<char, 2048> answer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto length = ::recvfrom(socket, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    out.push_back(length > 0 ? ntohs(from.sin_port) : 0);
  }
  ::close(socket);
  return out;
}

}  // namespace

TEST_CASE("stock SNMP tools read a recording with its exact types") {
  const Folder folder;
  Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};
  const auto agent = simulator.host_port(0);
  for (const auto* walker : {"snmpwalk", "snmpbulkwalk -Cr3"}) {
    const auto walk = shell(tool(walker, "2c", agent + " .1"));
    CHECK(walk.exit_code == 0);
    CHECK(walk.text ==
          std::string{walked} + ".1.3.6.1.4.1.9.7 = No more variables left in this MIB View (It is past the end of the MIB tree)\n");
  }
  CHECK(shell(tool("snmpget", "1", agent + " .1.3.6.1.4.1.9.1")).text == ".1.3.6.1.4.1.9.1 = INTEGER: -7\n");
  CHECK(shell(tool("snmpgetnext", "1", agent + " .1.3.6.1.4.1.9.4")).text == ".1.3.6.1.4.1.9.6 = Hex-STRING: 00 FF \n");
  const auto missing = shell(tool("snmpget -Cf", "1", agent + " .1.3.6.1.4.1.9.1 .1.3.6.1.4.1.9.9"));
  CHECK(missing.exit_code == 2);
  CHECK(missing.text.find("(noSuchName)") != std::string::npos);
  CHECK(missing.text.find("Failed object: .1.3.6.1.4.1.9.9") != std::string::npos);
  CHECK(shell("snmpget -v2c -c private -t 0.2 -r 0 " + agent + " .1.3.6.1.2.1.1.1.0").text.starts_with("Timeout"));
  CHECK(simulator.writes_seen() == 0);
  CHECK(simulator.stop() == 0);
}

TEST_CASE("the write counter counts what a stock snmpset tries") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};
  const auto agent = simulator.host_port(0);
  const auto v2c = shell(tool("snmpset", "2c", agent + " .1.3.6.1.4.1.9.1 i 1"));
  CHECK(v2c.exit_code == 2);
  CHECK(v2c.text.find("notWritable") != std::string::npos);
  CHECK(shell(tool("snmpset", "1", agent + " .1.3.6.1.4.1.9.1 i 1")).text.find("noSuchName") != std::string::npos);
  CHECK(simulator.writes_seen() == 2);
}

TEST_CASE("faults are laid on a recording and taken off again") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};
  const std::string get = " " + simulator.host_port(0) + " .1.3.6.1.2.1.1.1.0";
  for (const auto* kind : {"silent", "wrong_id", "truncated", "garbage", "late"}) {
    INFO(kind);
    REQUIRE(simulator.ctl("fault device/a kind=" + std::string{kind}).text == "{\"ok\":true}\n");
    CHECK(shell("snmpget -v2c -c public -t 0.3 -r 0" + get).exit_code != 0);
    REQUIRE(simulator.ctl("clear device/a").text == "{\"ok\":true}\n");
    CHECK(shell(tool("snmpget", "2c", get)).exit_code == 0);
  }
  const auto unknown = simulator.ctl("fault device/b kind=silent");
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.text.starts_with("{\"ok\":false,\"error\":"));
}

TEST_CASE("an answer with the wrong source leaves from another port") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};
  CHECK(answering_ports(simulator.port(0), 1).front() == simulator.port(0));
  REQUIRE(simulator.ctl("fault device/a kind=wrong_source").text == "{\"ok\":true}\n");
  const auto other = answering_ports(simulator.port(0), 1).front();
  CHECK(other > 0);
  CHECK(other != simulator.port(0));
}

TEST_CASE("a duplicate comes behind its answer, and a stock snmpget minds neither that nor SNMPv3") {
  const Folder folder;
  const auto v3 = folder.write("v3.yaml", "user: ops\nauth: {protocol: SHA-256, passphrase: authpass1}\n");
  const Simulator simulator{{"replay", "--v3-file", v3, folder.write("a.snmprec", recording)}};
  REQUIRE(simulator.ctl("fault device/a kind=duplicate").text == "{\"ok\":true}\n");
  CHECK(answering_ports(simulator.port(0), 2) == std::vector<int>{simulator.port(0), simulator.port(0)});
  const auto by_v3 =
      "snmpget -v3 -u ops -l authNoPriv -a SHA-256 -A authpass1 -t 10 -r 0 " + simulator.host_port(0) + " .1.3.6.1.2.1.1.1.0";
  CHECK(shell(by_v3).exit_code == 0);
  for (const auto* kind : {"silent", "wrong_id", "truncated", "garbage", "late"}) {
    INFO(kind);
    REQUIRE(simulator.ctl("clear device/a").text == "{\"ok\":true}\n");
    REQUIRE(simulator.ctl("fault device/a kind=" + std::string{kind}).text == "{\"ok\":true}\n");
    CHECK(shell("snmpget -v3 -u ops -l authNoPriv -a SHA-256 -A authpass1 -t 0.3 -r 0 " + simulator.host_port(0) + " .1.3.6.1.2.1.1.1.0")
              .exit_code != 0);
  }
}

TEST_CASE("several options and files stand in any order, what is left out of a recording is said with its line") {
  const Folder folder;
  const auto v3 = folder.write("v3.yaml", "user: ops\nauth: {protocol: SHA-256, passphrase: authpass1}\n");
  const auto a = folder.write("a.snmprec", "1.3.6.1.2.1.1.1.0|4|a\n"), b = folder.write("b.snmprec", "1.3.6.1.2.1.1.1.0|4|b\n");
  const Simulator simulator{{"replay", "--versions", "2c,3", "--v3-file", v3, a, b}};
  for (const auto& [device, text] : {std::pair{std::size_t{0}, "a"}, {std::size_t{1}, "b"}})
    CHECK(shell(tool("snmpget", "2c", "-Oqv " + simulator.host_port(device) + " .1.3.6.1.2.1.1.1.0")).text ==
          "\"" + std::string{text} + "\"\n");
  const auto bad = folder.write("c.snmprec", "1.3.6.1.2.1.1.1.0|4|c\n1.3.6.1.2.1.1.3.0|67:numeric|rat=100\n");
  const auto said = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim replay " + bad + " no_recording").text;
  CHECK(said.find(bad + ":2: numeric: it knows no 'rat', did you mean 'rate'?; left out\n") != std::string::npos);
}

TEST_CASE("a file that is no recording stops the start with one line") {
  const Folder folder;
  const auto file = folder.write("a.txt", "x");
  const auto output = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim replay " + file);
  CHECK(output.exit_code == 1);
  CHECK(output.text == "hw-sim replay: " + file + ": neither .snmprec nor .regs.txt\n");
  CHECK(shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim replay").exit_code == 2);
}
