#include "drivers/modbus/readiness.hpp"

#include <unistd.h>

#include <algorithm>
#include <span>

namespace holdup::modbus {

Readiness::Readiness() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}

Readiness::~Readiness() {
  if (epoll_ >= 0) ::close(epoll_);
}

bool Readiness::add(int socket, Ear& ear) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &ear}};
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0;
}

void Readiness::remove(int socket, const Ear& ear) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  for (std::size_t i = told_; i < came_; ++i)
    if (events_[i].data.ptr == &ear) events_[i].data.ptr = nullptr;
}

void Readiness::tell() {
  const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
  came_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  std::ranges::partition(std::span{events_}.first(came_), [](const epoll_event& e) { return static_cast<Ear*>(e.data.ptr)->goes_first(); });
  for (told_ = 0; told_ < came_;)
    if (auto* const ear = static_cast<Ear*>(events_[told_++].data.ptr)) ear->readable();
  came_ = 0;
}

}  // namespace holdup::modbus
