#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

// One GET to a server on this machine, by a socket of its own: how a bench asks a daemon for its page or its metrics.
namespace holdup::bench {

/// The body, whatever the status; nothing when nobody listens.
[[nodiscard]] inline std::optional<std::string> http_get(std::uint16_t port, const std::string& target) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::optional<std::string> out;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0) {
    const auto question = "GET " + target + " HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    (void)::send(socket, question.data(), question.size(), MSG_NOSIGNAL);
    std::string answer;
    std::array<char, 65536> piece;
    for (ssize_t size; (size = ::recv(socket, piece.data(), piece.size(), 0)) > 0;)
      answer.append(piece.data(), static_cast<std::size_t>(size));
    const auto body = answer.find("\r\n\r\n");
    if (body != std::string::npos) out = answer.substr(body + 4);
  }
  ::close(socket);
  return out;
}

}  // namespace holdup::bench
