#include "drivers/modbus/rtu/serial_settings.hpp"

#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <string>

namespace holdup::rtu {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

bool is_near(std::uint32_t speed, std::uint32_t wanted) { return std::abs(double{1} * speed - wanted) <= 0.02 * wanted; }

void write(const drivers::SerialLine& line, termios2& settings) {
  settings.c_iflag = settings.c_oflag = settings.c_lflag = 0;
  settings.c_cflag = BOTHER | CS8 | CREAD | CLOCAL;
  if (line.stop_bits == 2) settings.c_cflag |= CSTOPB;
  if (line.parity != drivers::Parity::none) settings.c_cflag |= PARENB, settings.c_iflag |= INPCK;
  if (line.parity == drivers::Parity::odd) settings.c_cflag |= PARODD;
  settings.c_ispeed = settings.c_ospeed = line.baud;
  settings.c_cc[VMIN] = 1;  // 0 would make "nothing there" look like the end
  settings.c_cc[VTIME] = 0;
}

}  // namespace

/// By rates as numbers: libmodbus knows a list of them, and takes 9600 for what is not in it.
Result<void> set(int descriptor, const drivers::SerialLine& line) {
  termios2 settings{};
  if (::ioctl(descriptor, TCGETS2, &settings) != 0) return Failure{FailureKind::machine, line.path + ": no serial device"};
  write(line, settings);
  if (::ioctl(descriptor, TCSETS2, &settings) != 0 || ::ioctl(descriptor, TCGETS2, &settings) != 0)
    return Failure{FailureKind::machine, line.path + ": " + std::strerror(errno)};
  if (!is_near(settings.c_ospeed, line.baud))
    return Failure{FailureKind::machine, line.path + ": it cannot do " + std::to_string(line.baud) + " baud"};
  return {};
}

/// TIOCEXCL keeps out whoever opens it later; a lock is what other programs look for, and holds against root, too.
Result<Claim> Claim::on(const std::string& path) {
  const auto taken = [] { return Failure{FailureKind::machine, "another program holds it: a line has one master"}; };
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return errno == EBUSY ? taken() : Failure{FailureKind::machine, std::strerror(errno)};
  Claim claim{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return taken();
  return claim;
}

Claim::~Claim() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void keep_out(int descriptor) { (void)::ioctl(descriptor, TIOCEXCL); }

void hurry(int descriptor) {
  serial_struct serial{};
  if (::ioctl(descriptor, TIOCGSERIAL, &serial) != 0) return;
  serial.flags |= ASYNC_LOW_LATENCY;
  (void)::ioctl(descriptor, TIOCSSERIAL, &serial);
}

void hush(int descriptor) {
  const int rts = TIOCM_RTS;
  (void)::ioctl(descriptor, TIOCMBIC, &rts);
}

ground::Duration time_of(const drivers::SerialLine& line, std::size_t bytes) {
  return std::chrono::nanoseconds{std::chrono::seconds{1}} * static_cast<std::int64_t>(bytes * line.bits_a_byte()) / line.baud;
}

ground::Duration silence_of(const drivers::SerialLine& line) {
  if (line.baud > 19200) return std::chrono::microseconds{1750};
  return time_of(line, 7) / 2;
}

}  // namespace holdup::rtu
