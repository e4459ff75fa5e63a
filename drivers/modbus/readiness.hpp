#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>

// Which of many sockets have something to read: an epoll of its own, that the loop waits for as for one descriptor. A socket then costs the
// loop nothing while it is silent, and one read when it is not. Used by Commons.
namespace holdup::modbus {

class Readiness {
 public:
  class Ear {
   public:
    Ear() = default;
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;
    virtual void readable() = 0;
    /// Whether it is called before others that can read, too.
    [[nodiscard]] virtual bool goes_first() const { return false; }

   protected:
    ~Ear() = default;
  };

  Readiness();
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// Readable while any of the sockets is; -1 where the machine has none left.
  [[nodiscard]] int descriptor() const { return epoll_; }
  /// False, with errno, where it cannot be.
  [[nodiscard]] bool add(int socket, Ear& ear);
  /// Before the socket is closed; also from within readable().
  void remove(int socket, const Ear& ear);
  /// Calls who can read now, a bounded number of them, first who goes first; who still can is called the next time.
  void tell();

 private:
  static constexpr std::size_t most_at_once = 64;  // a turn of the loop is to stay short

  int epoll_;
  std::array<epoll_event, most_at_once> events_{};
  std::size_t told_ = 0, came_ = 0;
};

}  // namespace holdup::modbus
