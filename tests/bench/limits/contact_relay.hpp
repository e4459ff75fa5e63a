#pragma once

#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

// The limit of telling a contact's edge: one thread that waits for the kernel's event of one line and does one fixed act. Nothing is
// judged.
namespace holdup::bench {

class ContactRelay {
 public:
  /// Calls `act` at each falling edge.
  ContactRelay(const std::string& chip, unsigned line, std::function<void()> act) : act_{std::move(act)} {
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
  ~ContactRelay() { ::close(line_); }
  ContactRelay(const ContactRelay&) = delete;
  ContactRelay& operator=(const ContactRelay&) = delete;

  void run(const std::stop_token& stop) const {
    pollfd wait{.fd = line_, .events = POLLIN, .revents = 0};
    gpio_v2_line_event event;
    while (!stop.stop_requested())
      if (::poll(&wait, 1, 100) == 1 && ::read(line_, &event, sizeof event) == sizeof event && event.id == GPIO_V2_LINE_EVENT_FALLING_EDGE)
        act_();
  }

 private:
  std::function<void()> act_;
  int line_ = -1;
};

}  // namespace holdup::bench
