#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collector/forward/answer.hpp"
#include "collector/forward/target.hpp"
#include "ground/result.hpp"

namespace boost::asio {
class io_context;
}

// One kept HTTP or HTTPS connection to a target. A request at a time; Forwarder puts it.
namespace holdup::forward {

class Client {
 public:
  Client(boost::asio::io_context& loop, const Target& target);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The answer, whatever its status, or a Failure, of a few of the target's timeouts; on the loop, not within the call.
  void post(std::string body, std::function<void(ground::Result<Answer>)> done);
  /// Ends what is under way as cancelled.
  void stop();

 private:
  class Line;
  std::shared_ptr<Line> line_;
};

}  // namespace holdup::forward
