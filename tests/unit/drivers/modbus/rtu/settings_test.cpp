#include <fcntl.h>
#include <unistd.h>

#include "catch.hpp"
#include "drivers/modbus/rtu/serial_settings.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace std::chrono_literals;
using drivers::Parity;
using drivers::SerialLine;

TEST_CASE("three and a half characters of silence stand between frames, 1.75 ms on fast lines") {
  CHECK(silence_of({.baud = 9600}) == time_of({.baud = 9600}, 7) / 2);
  CHECK(std::chrono::round<std::chrono::microseconds>(silence_of({.baud = 9600})) == 4010us);
  CHECK(std::chrono::round<std::chrono::microseconds>(silence_of({.baud = 19200})) == 2005us);
  CHECK(silence_of({.baud = 19201}) == 1750us);
  CHECK(silence_of({.baud = 115200}) == 1750us);
}

TEST_CASE("a byte takes eleven bits on the line unless stop bits are saved") {
  CHECK(time_of({.baud = 11000}, 10) == 10ms);
  CHECK(time_of({.baud = 10000, .parity = Parity::none, .stop_bits = 1}, 10) == 10ms);
  CHECK(SerialLine{}.settings() == "19200 8E1");
  CHECK(SerialLine{.baud = 9600, .parity = Parity::none, .stop_bits = 2}.settings() == "9600 8N2");
}

TEST_CASE("what is no serial device cannot be set to a line's settings") {
  const int descriptor = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const auto refused = set(descriptor, {.path = "/dev/null"});
  ::close(descriptor);
  REQUIRE(refused.has_error());
  CHECK(refused.error().what == "/dev/null: no serial device");
}
