#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "unit/collector/forward/request_body.hpp"

// A receiver of remote write for the wire tests, HTTP or HTTPS, on a thread of its own: it keeps what it takes and misbehaves as told.
namespace holdup::forward::test {

/// How one request is answered.
struct Reply {
  enum class Manner {
    answer,
    reset,         // the connection is closed without a byte
    half_header,   // … within the header
    endless_body,  // the status, and a body that never ends
    silent_body,   // the status, and a body that never comes
    interim,       // 103
    garbage,
    mute,
  };
  int status = 204;
  std::string headers = {};  // "Retry-After: 1\r\n"
  std::string body = {};
  bool close = false;  // after the answer
  Manner manner = Manner::answer;
};

struct Heard {
  std::map<std::string, std::string> headers;  // lower case names
  std::string target;
  std::vector<Decoded> series;
};

struct Certificate {
  std::string chain_file, key_file;
  std::string ca_file = {};  // whose clients are let in; empty: all
};

class Receiver {
 public:
  /// `judge` is asked with each request and how many came before.
  using Judge = std::function<Reply(const Heard&, int)>;

  explicit Receiver(Judge judge, Certificate certificate = {}, unsigned short port = 0);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] unsigned short port() const;
  [[nodiscard]] int connections() const;
  [[nodiscard]] std::vector<Heard> heard() const;
  /// Of the requests that were answered by 2xx.
  [[nodiscard]] Held held() const;

 private:
  class Running;
  std::unique_ptr<Running> running_;
};

}  // namespace holdup::forward::test
