#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

// A name looked up without waiting for it: getaddrinfo cannot be stopped and takes half a minute where name servers are dead, so it has
// a thread of its own, which may outlive who asked.
namespace holdup::forward {

class Lookup {
 public:
  struct Address {
    sockaddr_storage bytes;
    socklen_t size;
  };
  struct Found {
    int error = 0;  // of getaddrinfo
    std::vector<Address> addresses;
  };

  Lookup() = default;
  ~Lookup() { abandon(); }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// `done` is called on the other thread. One at a time: what was asked before is abandoned.
  void begin(std::string host, std::string port, std::function<void(Found)> done);
  /// `done` is not called any more, nor running.
  void abandon();

 private:
  struct Question;
  std::shared_ptr<Question> question_;
};

}  // namespace holdup::forward
