#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>

// Raw Modbus from the asking side: bytes onto a simulator's connection or serial line, and what comes back, byte for byte.
namespace wire {

[[nodiscard]] std::string octets(std::initializer_list<int> values);

class ModbusPeer {
 public:
  /// The path of a serial line, or a port of 127.0.0.1. Fails the test where there is none.
  static ModbusPeer line(const std::string& path);
  static ModbusPeer tcp(int port);
  ~ModbusPeer();
  ModbusPeer(ModbusPeer&& other) noexcept;
  ModbusPeer(const ModbusPeer&) = delete;
  ModbusPeer& operator=(const ModbusPeer&) = delete;

  void send(const std::string& bytes) const;
  /// So many bytes, or fewer when it closed or ten seconds have passed.
  [[nodiscard]] std::string receive(std::size_t size) const;
  /// What comes until that long nothing came.
  [[nodiscard]] std::string receive_until_silence(std::chrono::milliseconds silence) const;
  /// The other side hangs up within ten seconds, whatever it says before.
  [[nodiscard]] bool is_hung_up() const;

 private:
  explicit ModbusPeer(int socket) : socket_{socket} {}
  int socket_;
};

/// A request as an RTU frame, its checksum behind it; and whether bytes end with one that fits.
[[nodiscard]] std::string rtu(std::initializer_list<int> values);
[[nodiscard]] bool has_fitting_crc(const std::string& frame);
/// The same as Modbus TCP.
[[nodiscard]] std::string mbap(int transaction, std::initializer_list<int> unit_and_pdu);

}  // namespace wire
