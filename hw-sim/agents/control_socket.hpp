#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Where `hw-sim ctl` reaches a running simulator: a Unix socket in a private directory of its own, gone with this object. A line in, a
// JSON line out.
namespace hwsim::agents {

namespace asio = boost::asio;

class ControlSocket {
 public:
  /// Answers one command line with one line of JSON, both without the newline.
  using Answer = std::function<std::string(std::string_view command)>;

  /// Throws std::exception when the directory or the socket cannot be made.
  ControlSocket(asio::io_context& io, Answer answer);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  [[nodiscard]] std::string path() const { return (directory_ / "control").string(); }
  void close();

 private:
  class Conversation;
  void accept();

  Answer answer_;
  std::filesystem::path directory_;
  asio::local::stream_protocol::acceptor acceptor_;
  std::vector<std::weak_ptr<Conversation>> conversations_;  // each is kept alive by its own reads and writes
};

/// The other end: sends one command, gives back the line that answers it. Throws std::exception when nobody answers there.
[[nodiscard]] std::string ask_control(const std::string& path, const std::string& command);

}  // namespace hwsim::agents
