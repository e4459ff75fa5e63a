#include "peers.hpp"

#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace holdup::modbus::test {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

using Bytes = std::vector<std::uint8_t>;

asio::awaitable<void> pause(Tcp::socket& socket, std::chrono::milliseconds time) {
  asio::steady_timer timer{socket.get_executor(), time};
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> drip(Tcp::socket& socket, const Bytes& bytes, std::chrono::milliseconds gap) {
  for (const std::uint8_t byte : bytes) {
    const auto one = asio::buffer(&byte, 1);
    co_await asio::async_write(socket, one, asio::use_awaitable);
    co_await pause(socket, gap);
  }
}

Bytes good_answer(const std::array<std::uint8_t, 12>& q) {
  const int count = q[10] << 8 | q[11];
  Bytes r{q[0], q[1], 0, 0, 0, static_cast<std::uint8_t>(3 + 2 * count), q[6], q[7], static_cast<std::uint8_t>(2 * count)};
  for (int i = 0; i < count; ++i) r.insert(r.end(), {0x12, static_cast<std::uint8_t>(i)});
  return r;
}

Bytes answer(const std::array<std::uint8_t, 12>& q, Manner manner) {
  Bytes r = good_answer(q);
  const Bytes once = r;
  switch (manner) {
    case Manner::exception:
      r = {q[0], q[1], 0, 0, 0, 3, q[6], static_cast<std::uint8_t>(q[7] | 0x80), 2};
      break;
    case Manner::wrong_unit:
      r[6] = 99;
      break;
    case Manner::wrong_function:
      r[7] = 4;
      break;
    case Manner::wrong_transaction:
      r[0] = r[1] = 77;
      break;
    case Manner::short_frame:
      r[8] = 40;
      break;
    case Manner::wrong_count:
      r[8] = 2;
      break;
    case Manner::huge:
      r[4] = 0x7f;
      break;
    case Manner::wrong_protocol:
      r[3] = 1;
      break;
    case Manner::closing:
      r.resize(5);
      break;
    case Manner::mute:
      r.clear();
      break;
    case Manner::twice:
      r.insert(r.end(), once.begin(), once.end());
      r[once.size() + 9] = 0xee;
      break;
    case Manner::foresees:
      r.insert(r.end(), once.begin(), once.end());
      r[once.size() + 9] = 0xee;
      ++r[once.size() + 1];
      break;
    default:
      break;
  }
  return r;
}

asio::awaitable<void> serve(Tcp::socket socket, Manner manner) {
  for (int n = 0;; ++n) {
    std::array<std::uint8_t, 12> question{};
    const auto room = asio::buffer(question);
    co_await asio::async_read(socket, room, asio::use_awaitable);
    const Bytes bytes = answer(question, manner);
    if (manner == Manner::late && n == 0) co_await pause(socket, 400ms);
    if (manner == Manner::slow) {
      co_await drip(socket, bytes, 1ms);
    } else if (manner == Manner::loris) {
      co_await drip(socket, bytes, 50ms);
    } else {
      const auto all = asio::buffer(bytes);
      co_await asio::async_write(socket, all, asio::use_awaitable);
    }
    if (manner == Manner::closing) co_return;
  }
}

void ends(std::exception_ptr) {}  // a connection that ends, ends its server: nothing to tell

void accept_next(Tcp::acceptor& acceptor, Manner manner) {
  acceptor.async_accept([&acceptor, manner](boost::system::error_code error, Tcp::socket socket) {
    if (error) return;
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), manner), ends);
    accept_next(acceptor, manner);
  });
}

}  // namespace

Peer::Peer(asio::io_context& io, Manner manner) : acceptor_{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
  acceptor_.listen(4096);  // as many as dial at once
  accept_next(acceptor_, manner);
}

std::vector<std::uint8_t> Query::told(const std::vector<std::uint16_t>& words) const {
  const auto data = static_cast<std::uint8_t>(2 * words.size());
  Bytes r{bytes[0], bytes[1], 0, 0, 0, static_cast<std::uint8_t>(3 + data), bytes[6], bytes[7], data};
  for (const std::uint16_t word : words) r.insert(r.end(), {static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)});
  return r;
}

std::vector<std::uint8_t> Query::good() const {
  std::vector<std::uint16_t> words(static_cast<std::size_t>(count()));
  std::iota(words.begin(), words.end(), static_cast<std::uint16_t>(address()));
  return told(words);
}

std::vector<std::uint8_t> Query::exception(std::uint8_t code) const {
  return {bytes[0], bytes[1], 0, 0, 0, 3, bytes[6], static_cast<std::uint8_t>(bytes[7] | 0x80), code};
}

void Session::send(const Bytes& bytes) {
  boost::system::error_code ignored;  // the other end may have gone
  asio::write(socket_, asio::buffer(bytes), ignored);
}

void Session::send_later(Bytes bytes, std::chrono::milliseconds after) {
  const auto timer = std::make_shared<asio::steady_timer>(socket_.get_executor(), after);
  timer->async_wait([self = shared_from_this(), timer, bytes = std::move(bytes)](boost::system::error_code) { self->send(bytes); });
}

void Session::drip(Bytes bytes, std::chrono::milliseconds gap) {
  auto after = gap;
  for (const std::uint8_t byte : bytes) send_later({byte}, after), after += gap;
}

void Session::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Session::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket_.close(ignored);
}

namespace {

asio::awaitable<void> follow(std::shared_ptr<Session> session, Tcp::socket& socket, ScriptedPeer::Script script) {
  for (;;) {
    Query query;
    const auto room = asio::buffer(query.bytes);
    co_await asio::async_read(socket, room, asio::use_awaitable);
    ++session->asked;
    script(query, *session);
  }
}

}  // namespace

ScriptedPeer::ScriptedPeer(asio::io_context& io, Script script)
    : state_{std::make_shared<State>(State{Tcp::acceptor{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}}, std::move(script)})},
      endpoint_{state_->acceptor.local_endpoint()} {
  accept_next(state_);
}

ScriptedPeer::~ScriptedPeer() {
  state_->acceptor.close();
  close_all();
}

void ScriptedPeer::accept_next(const std::shared_ptr<State>& state) {
  state->acceptor.async_accept([state](boost::system::error_code error, Tcp::socket socket) {
    if (error) return;
    const auto session = std::make_shared<Session>(std::move(socket), ++state->connections);
    state->sessions.push_back(session);
    asio::co_spawn(state->acceptor.get_executor(), follow(session, session->socket_, state->script), ends);
    accept_next(state);
  });
}

void ScriptedPeer::listen_again() {
  state_->acceptor = Tcp::acceptor{state_->acceptor.get_executor(), endpoint_};
  accept_next(state_);
}

void ScriptedPeer::close_all() {
  for (const auto& known : state_->sessions)
    if (const auto session = known.lock()) session->close();
}

StockServer::StockServer(std::vector<std::uint16_t> registers)
    : registers_{std::move(registers)}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, stop_{::eventfd(0, EFD_CLOEXEC)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0)
    throw std::runtime_error{"cannot listen"};
  thread_ = std::thread{[this] { serve(); }};
}

StockServer::~StockServer() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  ::close(stop_);
  ::close(listener_);
}

Tcp::endpoint StockServer::endpoint() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return {asio::ip::address_v4::loopback(), ntohs(address.sin_port)};
}

void StockServer::serve() {
  for (;;) {
    pollfd both[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents) return;
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    converse(connection);
    ::close(connection);
  }
}

void StockServer::converse(int connection) {
  const std::unique_ptr<modbus_t, void (*)(modbus_t*)> context{modbus_new_tcp("127.0.0.1", 1502), modbus_free};
  modbus_set_socket(context.get(), connection);
  modbus_mapping_t mapping{};
  mapping.nb_registers = static_cast<int>(registers_.size());
  mapping.tab_registers = registers_.data();
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
  for (;;) {
    pollfd both[] = {{connection, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents) return;
    const int size = modbus_receive(context.get(), request.data());
    if (size < 0) return;
    if (size > 0) {
      ++(request[7] <= 4 || request[7] == 0x2B ? reads_ : writes_);
      modbus_reply(context.get(), request.data(), size, &mapping);
    }
  }
}

}  // namespace holdup::modbus::test
