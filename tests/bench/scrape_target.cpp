#include "scrape_target.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace holdup::bench {

ScrapeTarget::ScrapeTarget(std::function<std::string()> page)
    : page_{std::move(page)}, socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in here{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof here;
  const bool listens = ::bind(socket_, reinterpret_cast<sockaddr*>(&here), size) == 0 && ::listen(socket_, 8) == 0;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
  if (!listens) throw std::runtime_error{"no free port for a page of metrics"};
  port_ = ntohs(here.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

ScrapeTarget::~ScrapeTarget() {
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

void ScrapeTarget::serve() {
  for (int peer; (peer = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(peer)) {
    std::array<char, 4096> question;
    if (::recv(peer, question.data(), question.size(), 0) <= 0) continue;
    const auto body = page_();
    const auto answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto went = ::send(peer, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (went <= 0) break;
      sent += static_cast<std::size_t>(went);
    }
  }
}

}  // namespace holdup::bench
