#include "hw-sim/agents/site_text.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace hwsim::agents;

TEST_CASE("only the URLs of a rack file change") {
  const std::string text =
      "rack: r1  # snmp://192.0.2.11\n"
      "devices:\n"
      "  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
      "  u1: {url: \"modbus://192.0.2.2/1\"}  # seen\n"
      "  u12: {url: modbus://192.0.2.2/12}, u2: {url: modbus://192.0.2.2/2}";
  const std::vector<UrlChange> changes{
      {.device = "pdu-a", .line = 3, .from = "snmp://192.0.2.11", .to = "snmp://127.0.0.1:4000"},
      {.device = "u1", .line = 4, .from = "modbus://192.0.2.2/1", .to = "modbus://127.0.0.1:5000/1"},
      {.device = "u2", .line = 5, .from = "modbus://192.0.2.2/2", .to = "modbus://127.0.0.1:5000/2"},
      {.device = "u12", .line = 5, .from = "modbus://192.0.2.2/12", .to = "modbus://127.0.0.1:5000/12"},
  };
  ground::Problems problems;
  CHECK(with_urls(text, changes, "rack.yaml", problems) ==
        "rack: r1  # snmp://192.0.2.11\n"
        "devices:\n"
        "  pdu-a: {url: snmp://127.0.0.1:4000, feed: A}\n"
        "  u1: {url: \"modbus://127.0.0.1:5000/1\"}  # seen\n"
        "  u12: {url: modbus://127.0.0.1:5000/12}, u2: {url: modbus://127.0.0.1:5000/2}");
  CHECK(problems.ok());
}

TEST_CASE("a url that does not stand where it should is a problem of the file") {
  const std::vector<UrlChange> changes{{.device = "u1", .line = 1, .from = "modbus://h/1", .to = "x"},
                                       {.device = "u2", .line = 9, .from = "y", .to = "z"}};
  ground::Problems problems;
  CHECK(with_urls("u1: modbus://h/12\n", changes, "rack.yaml", problems) == "u1: modbus://h/12\n");
  REQUIRE(problems.errors() == 2);
  CHECK(problems.all()[0].text().starts_with("rack.yaml:1: devices.u1.url: "));
}
