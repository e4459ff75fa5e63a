#include "collector/serve/server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "collector/serve/connection.hpp"
#include "collector/serve/inbox.hpp"
#include "collector/serve/mirror.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// "127.0.0.1:9870" or "[::1]:9870".
ground::Result<tcp::endpoint> endpoint_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  error_code error;
  if (colon != std::string::npos) {
    auto host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto address = asio::ip::make_address(host, error);
    const auto port = ground::parse_integer(listen.substr(colon + 1));
    if (!error && port && *port >= 0 && *port <= 65535) return tcp::endpoint{address, static_cast<std::uint16_t>(*port)};
  }
  return ground::Failure{ground::FailureKind::malformed, listen + " is no ADDRESS:PORT to listen on"};
}

}  // namespace

class Server::Running {
 public:
  Running(Options options, site::Site site) : options_{std::move(options)}, mirror_{std::move(site)} {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  [[nodiscard]] ground::Result<void> listen();
  [[nodiscard]] std::string endpoint() const { return endpoint_; }
  [[nodiscard]] Inbox& inbox() { return inbox_; }
  /// The inbox has something that cannot wait.
  void wake() {
    asio::post(loop_, [this] { take(); });
  }

 private:
  void take() noexcept;
  void accept();
  void welcome(tcp::socket socket);
  [[nodiscard]] bool full(const std::string& address) const;
  void end();

  const Options options_;
  Mirror mirror_;
  Inbox inbox_;
  Streams streams_;
  asio::io_context loop_{1};
  Worker worker_;  // after the loop that it posts to
  tcp::acceptor acceptor_{loop_};
  asio::steady_timer retry_{loop_};
  std::string endpoint_;
  const Hall hall_{options_, mirror_, [this] { take(); }, streams_, worker_};
  std::map<Connection*, std::shared_ptr<Connection>> connections_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses all of the above
};

ground::Result<void> Server::Running::listen() {
  const auto wanted = endpoint_of(options_.listen);
  if (!wanted) return wanted.error();
  error_code error;
  acceptor_.open(wanted->protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor_.bind(*wanted, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return ground::Failure{ground::FailureKind::machine, "cannot listen on " + options_.listen + ": " + error.message()};
  const auto local = acceptor_.local_endpoint(error);
  const auto host = local.address().to_string();
  endpoint_ = (local.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(local.port());
  accept();
  thread_ = std::thread{[this] { loop_.run(); }};
  return {};
}

// Threads end before what they use: first the serve thread's, by closing all it waits for, then the worker's by its own destructor.
Server::Running::~Running() {
  if (!thread_.joinable()) return;
  asio::post(loop_, [this] { end(); });
  thread_.join();
}

void Server::Running::end() {
  ending_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  for (const auto& [raw, connection] : connections_) connection->close();
}

void Server::Running::take() noexcept {
  auto news = inbox_.take();
  const auto events = news.events;
  streams_.remember(news.restored);
  mirror_.apply(std::move(news));
  streams_.tell(events);
}

void Server::Running::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (ending_) return;
    if (!error) {
      welcome(std::move(socket));
      return accept();
    }
    // Out of descriptors: they come back, trying at once would only burn.
    retry_.expires_after(std::chrono::milliseconds{100});
    retry_.async_wait([this](const error_code& cancelled) {
      if (!cancelled && !ending_) accept();
    });
  });
}

void Server::Running::welcome(tcp::socket socket) {
  const auto connection = std::make_shared<Connection>(std::move(socket), hall_);
  if (full(connection->address())) return connection->turn_away();
  connections_.emplace(connection.get(), connection);
  connection->begin([this](Connection& ended) { connections_.erase(&ended); });
}

bool Server::Running::full(const std::string& address) const {
  if (connections_.size() >= options_.limits.connections) return true;
  std::size_t same = 0;
  for (const auto& [raw, connection] : connections_) same += connection->address() == address ? 1 : 0;
  return same >= options_.limits.connections_per_address;
}

ground::Result<Server> Server::start(Options options, site::Site site) {
  auto running = std::make_unique<Running>(std::move(options), std::move(site));
  if (const auto listening = running->listen(); !listening) return listening.error();
  return Server{std::move(running)};
}

Server::Server(std::unique_ptr<Running> running) : running_{std::move(running)} {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

std::string Server::endpoint() const { return running_->endpoint(); }

void Server::publish(Update update) {
  if (running_->inbox().put(std::move(update))) running_->wake();
}

void Server::acknowledged(std::vector<record::Event> events) {
  if (running_->inbox().put_acknowledged(std::move(events))) running_->wake();
}

void Server::restored(core::Restored slice) {
  if (running_->inbox().put(std::move(slice))) running_->wake();
}

void Server::degraded(bool is, const std::string& reason) {
  if (running_->inbox().put_store_trouble(is ? (reason.empty() ? "it cannot be written" : reason) : "")) running_->wake();
}

void Server::site_changed(site::Site site) {
  if (running_->inbox().put(std::move(site))) running_->wake();
}

}  // namespace holdup::serve
