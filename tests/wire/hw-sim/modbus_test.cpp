#include <modbus/modbus.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::Folder;
using wire::Simulator;

namespace {

constexpr const char* recording = "[10]: 0x1234\n[11]: 0xABCD\n";

// A stock libmodbus client with ten seconds of patience.
struct Client {
  std::unique_ptr<modbus_t, decltype(&modbus_free)> bus;
  Client(int port, int unit) : bus{modbus_new_tcp("127.0.0.1", port), modbus_free} {
    modbus_set_slave(bus.get(), unit);
    modbus_set_response_timeout(bus.get(), 10, 0);
    REQUIRE(modbus_connect(bus.get()) == 0);
  }
  ~Client() { modbus_close(bus.get()); }
};

}  // namespace

TEST_CASE("a stock Modbus client reads a recording by functions 3 and 4") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("m.regs.txt", recording)}};
  CHECK(simulator.url(0) == "modbus://" + simulator.host_port(0) + "/1");
  const Client client{simulator.port(0), 7};
  std::array<uint16_t, 2> words{};
  REQUIRE(modbus_read_registers(client.bus.get(), 10, 2, words.data()) == 2);
  CHECK(words == std::array<uint16_t, 2>{0x1234, 0xabcd});
  REQUIRE(modbus_read_input_registers(client.bus.get(), 11, 1, words.data()) == 1);
  CHECK(words[0] == 0xabcd);
  CHECK(modbus_read_registers(client.bus.get(), 11, 2, words.data()) == -1);
  CHECK(errno == EMBXILADD);
  std::array<uint8_t, 8> bits{};
  CHECK(modbus_read_bits(client.bus.get(), 10, 1, bits.data()) == -1);
  CHECK(errno == EMBXILFUN);
  CHECK(simulator.writes_seen() == 0);
}

TEST_CASE("the write counter counts what a stock Modbus client tries, and nothing is written") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("m.regs.txt", recording)}};
  const Client client{simulator.port(0), 1};
  std::array<uint16_t, 2> words{1, 2};
  CHECK(modbus_write_register(client.bus.get(), 10, 5) == -1);
  CHECK(errno == EMBXILFUN);
  CHECK(modbus_write_registers(client.bus.get(), 10, 2, words.data()) == -1);
  CHECK(modbus_write_bit(client.bus.get(), 10, 1) == -1);
  CHECK(modbus_mask_write_register(client.bus.get(), 10, 1, 1) == -1);
  CHECK(simulator.writes_seen() == 4);
  REQUIRE(modbus_read_registers(client.bus.get(), 10, 1, words.data()) == 1);
  CHECK(words[0] == 0x1234);
}

TEST_CASE("with a unit told, the others are answered as by a gateway") {
  const Folder folder;
  const Simulator simulator{{"replay", "--unit", "3", folder.write("m.regs.txt", recording)}};
  CHECK(simulator.url(0).ends_with("/3"));
  std::array<uint16_t, 1> words{};
  CHECK(modbus_read_registers(Client{simulator.port(0), 3}.bus.get(), 10, 1, words.data()) == 1);
  CHECK(modbus_read_registers(Client{simulator.port(0), 4}.bus.get(), 10, 1, words.data()) == -1);
  CHECK(errno == EMBXGTAR);
}

TEST_CASE("bytes that are no Modbus end their connection and no other") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("m.regs.txt", recording)}};
  const Client good{simulator.port(0), 1};
  const Client bad{simulator.port(0), 1};
  const std::string junk = "GET / HTTP/1.1\r\n\r\n";
  REQUIRE(::send(modbus_get_socket(bad.bus.get()), junk.data(), junk.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(junk.size()));
  char byte = 0;
  CHECK(::recv(modbus_get_socket(bad.bus.get()), &byte, 1, 0) <= 0);
  std::array<uint16_t, 1> words{};
  CHECK(modbus_read_registers(good.bus.get(), 10, 1, words.data()) == 1);
}
