#include "collector/forward/lookup.hpp"

#include <netdb.h>

#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace holdup::forward {
namespace {

Lookup::Found ask(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_flags = AI_ADDRCONFIG;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Lookup::Found found{.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list), .addresses = {}};
  if (found.error != 0) return found;
  for (const auto* one = list; one != nullptr; one = one->ai_next) {
    auto& address = found.addresses.emplace_back();
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  ::freeaddrinfo(list);
  return found;
}

}  // namespace

struct Lookup::Question {
  std::mutex mutex;
  std::function<void(Found)> done;  // none: abandoned

  void answered(Found found) {
    const std::lock_guard lock{mutex};
    if (const auto once = std::exchange(done, nullptr)) once(std::move(found));
  }
};

void Lookup::begin(std::string host, std::string port, std::function<void(Found)> done) {
  abandon();
  question_ = std::make_shared<Question>();
  question_->done = std::move(done);
  try {
    std::thread{[question = question_, host = std::move(host), port = std::move(port)] { question->answered(ask(host, port)); }}.detach();
  } catch (const std::system_error&) {
    question_->answered({.error = EAI_AGAIN, .addresses = {}});
  }
}

void Lookup::abandon() {
  if (!question_) return;
  const std::lock_guard lock{question_->mutex};
  question_->done = nullptr;
}

}  // namespace holdup::forward
