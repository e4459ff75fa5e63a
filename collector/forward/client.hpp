#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "collector/forward/answer.hpp"
#include "collector/forward/target.hpp"
#include "ground/result.hpp"

// One kept HTTP or HTTPS connection to a target. A request at a time; Forwarder puts it.
namespace holdup::forward {

class Client {
 public:
  Client(boost::asio::any_io_executor executor, const Target& target);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The answer, whatever its status, or a Failure within twice the target's timeout.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Answer>> post(const std::string& body);
  /// Ends what is under way as cancelled.
  void stop();

 private:
  class Line;
  std::shared_ptr<Line> line_;
};

}  // namespace holdup::forward
