#pragma once

#include <sys/types.h>

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

// A connected TCP socket, read and written at once or not at all: a call each, which never waits. Used by Connection.
namespace holdup::modbus {

class Wire {
 public:
  Wire() = default;
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Takes over a connected socket, closes the former one.
  [[nodiscard]] boost::system::error_code take(int socket);
  void close();
  [[nodiscard]] bool is_open() const { return socket_ >= 0; }
  [[nodiscard]] int descriptor() const { return socket_; }

  /// All of it, or an error.
  [[nodiscard]] boost::system::error_code send(std::span<const std::uint8_t> bytes) const;
  struct Received {
    std::size_t bytes = 0;  // none without an error: the peer has closed
    boost::system::error_code error;
  };
  [[nodiscard]] Received receive(std::span<std::uint8_t> room) const;
  /// Now, and not along with the next request.
  void acknowledge() const;

 private:
  int socket_ = -1;
};

}  // namespace holdup::modbus
