#include "hw-sim/agents/modbus_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <utility>

#include "ground/expect.hpp"
#include "hw-sim/agents/corruption.hpp"

namespace hwsim::agents {
namespace {

constexpr std::size_t most_connections = 256;
constexpr std::size_t most_answers_waiting = 1000;          // of a peer that does not read
constexpr ground::Duration pause_after_error{100'000'000};  // out of descriptors: do not spin

}  // namespace

class ModbusServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ModbusServer& server, asio::ip::tcp::socket socket) : server_{server}, socket_{std::move(socket)} {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
      if (error) return self->close();
      self->received(size);
    });
  }
  void push(std::string answer) {
    if (!socket_.is_open()) return;
    if (outbox_.size() >= most_answers_waiting) return close();
    outbox_.push_back(std::move(answer));
    if (outbox_.size() == 1) write();
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  void received(std::size_t size) {
    if (!server_.powered()) {
      lost_ = true;
    } else if (lost_) {  // the restarted machine knows nothing of this connection: its kernel would answer RST
      boost::system::error_code ignored;
      socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
      return close();
    } else {
      inbox_.append(buffer_.data(), size);
      answer_frames();
    }
    if (socket_.is_open()) read();
  }
  void answer_frames() {
    for (;;) {
      const auto scan = scan_frame(inbox_);
      if (scan.outcome == FrameScan::Outcome::partial) return;
      if (scan.outcome == FrameScan::Outcome::broken) return close();
      inbox_.erase(0, scan.size);
      server_.answer(scan.frame, *this);
    }
  }
  void write() {
    auto sent = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
      if (error) return self->close();
      self->outbox_.pop_front();
      if (!self->outbox_.empty()) self->write();
    };
    asio::async_write(socket_, asio::buffer(outbox_.front()), std::move(sent));
  }

  ModbusServer& server_;
  asio::ip::tcp::socket socket_;
  std::array<char, 1024> buffer_{};
  std::string inbox_;
  std::deque<std::string> outbox_;
  bool lost_ = false;  // used while the device had no power
};

ModbusServer::ModbusServer(asio::io_context& io, const HostPort& listen, std::vector<ModbusUnit> units)
    : acceptor_{io, asio::ip::tcp::endpoint{asio::ip::make_address(listen.host), listen.port}},
      units_{std::move(units)},
      deferred_{io.get_executor()} {
  HOLDUP_EXPECT(!units_.empty());
  accept();
}

ModbusServer::~ModbusServer() = default;

void ModbusServer::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& weak : connections_)
    if (const auto connection = weak.lock()) connection->close();
  deferred_.cancel();
}

void ModbusServer::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, asio::ip::tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    if (error) return deferred_.after(pause_after_error, [this] { accept(); });
    if (connections_.size() < most_connections) {
      const auto connection = std::make_shared<Connection>(*this, std::move(socket));
      connections_.push_back(connection);
      connection->read();
    }
    accept();
  });
}

bool ModbusServer::powered() const {
  return std::any_of(units_.begin(), units_.end(), [](const ModbusUnit& unit) { return unit.line->powered(); });
}

const ModbusUnit* ModbusServer::find(std::uint8_t number) const {
  const auto at =
      std::find_if(units_.begin(), units_.end(), [&](const ModbusUnit& unit) { return unit.number.value_or(number) == number; });
  return at == units_.end() ? nullptr : &*at;
}

void ModbusServer::answer(const ModbusFrame& request, Connection& connection) {
  if (is_write(request.function())) ++writes_;
  const auto* unit = find(request.unit);
  ModbusFrame answer{.transaction = request.transaction, .unit = request.unit, .pdu = {}};
  if (unit == nullptr) {  // as a gateway answers for a unit that it does not have
    answer.pdu = exception_pdu(request.function(), ModbusException::gateway_target_silent);
    return connection.push(encode(answer));
  }
  const auto fate = unit->line->next();
  if (!fate.answered) return;
  answer.pdu = answer_pdu(request.pdu, *unit->registers);
  auto leave = [to = connection.weak_from_this(), bytes = corrupted_modbus(encode(answer), fate)] {
    if (const auto open = to.lock()) open->push(bytes);
  };
  for (int copy = 0; copy < fate.copies; ++copy) deferred_.after(fate.delay, leave);
}

}  // namespace hwsim::agents
