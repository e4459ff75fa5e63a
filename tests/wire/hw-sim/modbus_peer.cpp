#include "wire/hw-sim/modbus_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "catch.hpp"

namespace wire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 10s;

std::string checksum(const std::string& bytes) {
  unsigned crc = 0xffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1;
  }
  return octets({static_cast<int>(crc & 0xff), static_cast<int>(crc >> 8)});
}

// Some bytes; none when the other side is gone or nothing came in time.
std::string some(int socket, std::chrono::milliseconds wait, std::size_t most = 4096) {
  pollfd polled{.fd = socket, .events = POLLIN, .revents = 0};
  if (::poll(&polled, 1, static_cast<int>(wait.count())) <= 0) return {};
  std::string out(most, '\0');
  const auto size = ::read(socket, out.data(), out.size());
  out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return out;
}

}  // namespace

std::string octets(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string rtu(std::initializer_list<int> values) {
  const auto bytes = octets(values);
  return bytes + checksum(bytes);
}

bool has_fitting_crc(const std::string& frame) {
  return frame.size() >= 4 && frame.substr(0, frame.size() - 2) + checksum(frame.substr(0, frame.size() - 2)) == frame;
}

std::string mbap(int transaction, std::initializer_list<int> unit_and_pdu) {
  return octets({transaction >> 8, transaction & 0xff, 0, 0, 0, static_cast<int>(unit_and_pdu.size())}) + octets(unit_and_pdu);
}

ModbusPeer ModbusPeer::line(const std::string& path) {
  const int line = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  INFO(path);
  REQUIRE(line >= 0);
  return ModbusPeer{line};
}

ModbusPeer ModbusPeer::tcp(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return ModbusPeer{made};
}

ModbusPeer::ModbusPeer(ModbusPeer&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}

ModbusPeer::~ModbusPeer() {
  if (socket_ >= 0) ::close(socket_);
}

void ModbusPeer::send(const std::string& bytes) const {
  REQUIRE(::write(socket_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

std::string ModbusPeer::receive(std::size_t size) const {
  std::string out;
  const auto deadline = Clock::now() + patience;
  while (out.size() < size) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const auto more = left > 0ms ? some(socket_, left, size - out.size()) : std::string{};
    if (more.empty()) return out;
    out += more;
  }
  return out;
}

std::string ModbusPeer::receive_until_silence(std::chrono::milliseconds silence) const {
  std::string out;
  for (auto more = some(socket_, silence); !more.empty(); more = some(socket_, silence)) out += more;
  return out;
}

bool ModbusPeer::is_hung_up() const {
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline) {
    pollfd polled{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&polled, 1, 1000) <= 0) continue;
    std::array<char, 256> bytes{};
    if (::read(socket_, bytes.data(), bytes.size()) <= 0) return true;
  }
  return false;
}

}  // namespace wire
