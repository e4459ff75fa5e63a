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
  for (const auto* written : {"snmp://127.0.0.1", "snmp://192.0.2.1:1161", "modbus://127.0.0.1:1502/255", "modbus://192.0.2.1/1",
                              "snmp://[::1]:161", "modbus-rtu:///dev/ttyS0/7?baud=9600&parity=odd",
                              "modbus-rtu:///tmp/line/247?baud=115200&parity=none&stop=1", "modbus-rtu://127.0.0.1:4001/3"}) {
    const auto url = parse_device_url(written);
    REQUIRE(url);
    CHECK(text(*url) == written);
  }
  for (const auto* broken :
       {"http://127.0.0.1", "snmp://pdu-a", "snmp://127.0.0.1:x", "modbus://127.0.0.1", "modbus://127.0.0.1/256", "modbus://127.0.0.1/",
        "modbus-rtu:///1", "modbus-rtu:///dev/ttyS0/1?baud=0", "modbus-rtu:///dev/ttyS0/1?baud=9600&party=even",
        "modbus-rtu:///dev/ttyS0/1?stop=3", "snmp://127.0.0.1/1", "snmp://"})
    CHECK_FALSE(parse_device_url(broken));
}

TEST_CASE("a serial line's url has the standard's settings unless told, eleven bits a character") {
  const auto plain = parse_device_url("modbus-rtu:///dev/ttyS0/1");
  REQUIRE(plain);
  CHECK(plain->is_serial());
  CHECK(plain->path == "/dev/ttyS0");
  CHECK(plain->line == LineSettings{.baud = 19200, .parity = LineSettings::Parity::even, .stop_bits = 1});
  CHECK(plain->line.bits() == 11);
  CHECK(parse_device_url("modbus-rtu:///dev/ttyS0/1?parity=none")->line.bits() == 11);
  CHECK(parse_device_url("modbus-rtu:///dev/ttyS0/1?parity=none&stop=1")->line.bits() == 10);
  CHECK(parse_device_url("modbus-rtu:///dev/ttyS0/1?stop=1&parity=none")->line.bits() == 10);
}
