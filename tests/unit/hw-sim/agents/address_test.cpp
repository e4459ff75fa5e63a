#include "hw-sim/agents/address.hpp"

#include "catch.hpp"

using namespace hwsim::agents;

TEST_CASE("an address and port reads back as written") {
  for (const auto* written : {"127.0.0.1:0", "0.0.0.0:161", "[::1]:1161"}) {
    const auto address = parse_host_port(written);
    REQUIRE(address);
    CHECK(text(*address) == written);
  }
  for (const auto* broken : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x", "localhost:1", "::1:1", ":1"})
    CHECK_FALSE(parse_host_port(broken));
}

TEST_CASE("a device url reads back as written") {
  for (const auto* written :
       {"snmp://127.0.0.1", "snmp://192.0.2.1:1161", "modbus://127.0.0.1:1502/255", "modbus://192.0.2.1/1", "snmp://[::1]:161"}) {
    const auto url = parse_device_url(written);
    REQUIRE(url);
    CHECK(text(*url) == written);
  }
  for (const auto* broken : {"http://127.0.0.1", "snmp://pdu-a", "snmp://127.0.0.1:x", "modbus://127.0.0.1", "modbus://127.0.0.1/256",
                             "modbus://127.0.0.1/", "modbus-rtu:///dev/ttyS0/1", "snmp://127.0.0.1/1", "snmp://"})
    CHECK_FALSE(parse_device_url(broken));
}
