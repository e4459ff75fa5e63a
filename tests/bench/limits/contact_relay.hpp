#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stop_token>
#include <string>
#include <system_error>

// The limit of telling a contact's edge: one thread that waits for the kernel's event of one line and sends a fixed datagram. Nothing is
// judged.
namespace holdup::bench {

class ContactRelay {
 public:
  ContactRelay(const std::string& chip, unsigned line, std::string answer) : answer_{std::move(answer)} {
    const int file = ::open(("/dev/" + chip).c_str(), O_RDONLY | O_CLOEXEC);
    gpio_v2_line_request request{};
    request.offsets[0] = line;
    request.num_lines = 1;
    request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
    std::strcpy(request.consumer, "relay");
    const bool mine = file >= 0 && ::ioctl(file, GPIO_V2_GET_LINE_IOCTL, &request) == 0;
    ::close(file);
    if (!mine) throw std::system_error{errno, std::generic_category(), "the relay's line"};
    line_ = request.fd;
  }
  ~ContactRelay() {
    ::close(line_);
    ::close(socket_);
  }
  ContactRelay(const ContactRelay&) = delete;
  ContactRelay& operator=(const ContactRelay&) = delete;

  void run(const std::stop_token& stop, sockaddr_in to) const {
    pollfd wait{.fd = line_, .events = POLLIN, .revents = 0};
    gpio_v2_line_event event;
    while (!stop.stop_requested())
      if (::poll(&wait, 1, 100) == 1 && ::read(line_, &event, sizeof event) == sizeof event && event.id == GPIO_V2_LINE_EVENT_FALLING_EDGE)
        (void)::sendto(socket_, answer_.data(), answer_.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

 private:
  std::string answer_;
  int line_ = -1;
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

}  // namespace holdup::bench
