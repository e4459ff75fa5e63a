#include "hw-sim/agents/modbus_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <utility>

#include "hw-sim/agents/modbus_frame.hpp"
#include "hw-sim/agents/rtu_frame.hpp"

namespace hwsim::agents {
namespace {

constexpr std::size_t most_connections = 256;
constexpr std::size_t most_answers_waiting = 1000;          // of a peer that does not read
constexpr ground::Duration pause_after_error{100'000'000};  // out of descriptors: do not spin
constexpr ground::Duration idle_watch{10'000'000};

using Clock = std::chrono::steady_clock;
using scenario::FaultKind;

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
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  [[nodiscard]] Clock::time_point used() const { return used_; }

 private:
  void received(std::size_t size) {
    used_ = Clock::now();
    if (!server_.units_.powered()) {
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
  void answer_frames() { server_.framing_ == Framing::mbap ? answer_mbap() : answer_rtu(); }
  void answer_mbap() {
    for (;;) {
      const auto scan = scan_frame(inbox_);
      if (scan.outcome == FrameScan::Outcome::partial) return;
      if (scan.outcome == FrameScan::Outcome::broken) return close();
      inbox_.erase(0, scan.size);
      server_.answer(scan.frame.unit, scan.frame.pdu, {.transaction = scan.frame.transaction, .unit = scan.frame.unit}, *this);
    }
  }
  void answer_rtu() {
    for (;;) {
      const auto scan = scan_rtu_request(inbox_);
      if (scan.outcome == RtuScan::Outcome::broken) inbox_.clear();  // a slave waits for the next silence
      if (scan.outcome != RtuScan::Outcome::complete) return;
      const auto bytes = inbox_.substr(0, scan.size);
      inbox_.erase(0, scan.size);
      server_.answer(scan.frame.unit, scan.frame.pdu, {.unit = scan.frame.unit, .bytes = bytes}, *this);
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
  Clock::time_point used_ = Clock::now();
  bool lost_ = false;  // used while the device had no power
};

ModbusServer::ModbusServer(asio::io_context& io, const HostPort& listen, std::vector<ModbusUnit> units, Framing framing)
    : acceptor_{io, asio::ip::tcp::endpoint{asio::ip::make_address(listen.host), listen.port}},
      units_{std::move(units)},
      framing_{framing},
      deferred_{io.get_executor()} {
  endpoint_ = acceptor_.local_endpoint();
  accept();
}

ModbusServer::~ModbusServer() = default;

void ModbusServer::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  close_connections();
  deferred_.cancel();
}

void ModbusServer::close_connections() {
  for (const auto& weak : connections_)
    if (const auto connection = weak.lock()) connection->close();
}

void ModbusServer::heed() {
  if (units_.laid(FaultKind::refused).has_value() != refuses_) refuse();
  if (!watches_idle_ && units_.laid(FaultKind::drop_idle)) {
    watches_idle_ = true;
    drop_idle();
  }
}

// A socket that is bound and does not listen keeps the port: the kernel refuses for it, and nobody else can have it meanwhile.
void ModbusServer::refuse() {
  refuses_ = !refuses_;
  if (refuses_) {
    acceptor_.close();
    close_connections();
    acceptor_.open(endpoint_.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint_);
  } else {
    acceptor_.listen();
    accept();
  }
}

void ModbusServer::drop_idle() {
  const auto laid = units_.laid(FaultKind::drop_idle);
  watches_idle_ = laid.has_value();
  if (!laid) return;
  for (const auto& weak : connections_)
    if (const auto connection = weak.lock(); connection && Clock::now() - connection->used() >= laid->length) connection->close();
  deferred_.after(idle_watch, [this] { drop_idle(); });
}

void ModbusServer::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, asio::ip::tcp::socket socket) {
    if (!acceptor_.is_open() || refuses_) return;
    if (error == asio::error::operation_aborted) return;  // that of an acceptor before a refusal
    if (error) return deferred_.after(pause_after_error, [this] { accept(); });
    accept_or_turn_away(std::move(socket));
    accept();
  });
}

void ModbusServer::accept_or_turn_away(asio::ip::tcp::socket socket) {
  std::erase_if(connections_, [](const auto& weak) {
    const auto connection = weak.lock();
    return !connection || !connection->is_open();
  });
  const auto limit = units_.laid(FaultKind::connection_limit);
  if (connections_.size() >= (limit ? limit->value.value_or(1) : most_connections)) return;
  const auto connection = std::make_shared<Connection>(*this, std::move(socket));
  connections_.push_back(connection);
  connection->read();
}

void ModbusServer::answer(std::uint8_t unit, std::string_view pdu, const Asked& asked, Connection& connection) {
  auto answer = units_.answer(unit, pdu);
  if (!answer && framing_ == Framing::mbap)  // as a gateway answers for a unit that it does not have
    answer = {.pdu = exception_pdu(static_cast<std::uint8_t>(pdu.front()), ModbusException::gateway_target_silent), .fate = {}};
  if (answer) send(asked, *std::move(answer), connection);
}

void ModbusServer::send(const Asked& asked, ModbusUnits::Answer answer, Connection& connection) {
  for (auto& piece : departure(asked, std::move(answer.pdu), framing_, answer.fate))
    deferred_.after(piece.after, [to = connection.weak_from_this(), bytes = std::move(piece.bytes)] {
      if (const auto open = to.lock()) open->push(bytes);
    });
}

}  // namespace hwsim::agents
