#include "hw-sim/agents/control_socket.hpp"

#include <stdlib.h>  // mkdtemp

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace hwsim::agents {
namespace {

constexpr std::size_t longest_command = 4096;

// mkdtemp makes it with mode 0700: nobody else drives this simulator.
std::filesystem::path private_directory() {
  auto path = (std::filesystem::temp_directory_path() / "hw-sim-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::system_error{errno, std::generic_category(), "cannot make " + path};
  return path;
}

}  // namespace

class ControlSocket::Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(const Answer& answer, asio::local::stream_protocol::socket socket) : answer_{answer}, socket_{std::move(socket)} {}

  void read() {
    auto done = [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
      if (error) return self->close();
      self->reply(size);
    };
    asio::async_read_until(socket_, asio::dynamic_buffer(inbox_, longest_command), '\n', std::move(done));
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  void reply(std::size_t size) {
    auto command = inbox_.substr(0, size - 1);
    if (command.ends_with('\r')) command.pop_back();
    inbox_.erase(0, size);
    outbox_ = answer_(command) + '\n';
    auto sent = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
      if (error) return self->close();
      self->read();
    };
    asio::async_write(socket_, asio::buffer(outbox_), std::move(sent));
  }

  const Answer& answer_;
  asio::local::stream_protocol::socket socket_;
  std::string inbox_;
  std::string outbox_;
};

ControlSocket::ControlSocket(asio::io_context& io, Answer answer)
    : answer_{std::move(answer)}, directory_{private_directory()}, acceptor_{io, path()} {
  accept();
}

ControlSocket::~ControlSocket() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void ControlSocket::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& weak : conversations_)
    if (const auto conversation = weak.lock()) conversation->close();
}

void ControlSocket::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, asio::local::stream_protocol::socket socket) {
    if (!acceptor_.is_open()) return;
    std::erase_if(conversations_, [](const auto& weak) { return weak.expired(); });
    if (!error) {
      const auto conversation = std::make_shared<Conversation>(answer_, std::move(socket));
      conversations_.push_back(conversation);
      conversation->read();
    }
    accept();
  });
}

std::string ask_control(const std::string& path, const std::string& command) {
  asio::io_context io;
  asio::local::stream_protocol::socket socket{io};
  socket.connect({path});
  asio::write(socket, asio::buffer(command + '\n'));
  std::string answer;
  const auto size = asio::read_until(socket, asio::dynamic_buffer(answer), '\n');
  return answer.substr(0, size - 1);
}

}  // namespace hwsim::agents
