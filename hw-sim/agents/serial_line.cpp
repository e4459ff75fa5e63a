#include "hw-sim/agents/serial_line.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "hw-sim/agents/line_traffic.hpp"
#include "hw-sim/agents/modbus_departure.hpp"
#include "hw-sim/agents/pty.hpp"

namespace hwsim::agents {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using scenario::FaultKind;

constexpr std::chrono::milliseconds tick{1};       // what passes within one leaves together
constexpr std::chrono::seconds reader_is_gone{2};  // so long without a request

}  // namespace

class SerialLine::Port {
 public:
  Port(asio::io_context& io, SerialSetup setup)
      : setup_{std::move(setup)},
        units_{setup_.units},
        traffic_{setup_.settings},
        descriptor_{io},
        frame_ends_{io},
        byte_leaves_{io},
        master_asks_{io},
        reader_goes_{io} {
    plug();
    if (!setup_.master) return;
    for (const ModbusUnit& unit : units_.all())
      for (const Span& span : spans_of(*unit.registers, most_a_question)) questions_.push_back(question(unit.number.value_or(1), span));
    ask_next();
  }

  [[nodiscard]] std::string path() const { return !setup_.link.empty() ? setup_.link : pty_ ? pty_->path() : last_path_; }
  [[nodiscard]] const ModbusUnits& units() const { return units_; }
  [[nodiscard]] std::uint64_t bytes_heard() const { return bytes_heard_; }
  [[nodiscard]] ground::Duration busy() const { return busy_; }

  void heed() {
    const bool unplugged = units_.laid(FaultKind::unplugged).has_value();
    if (unplugged && pty_) unplug();
    if (!unplugged && !pty_) plug();
  }

  void unplug() {
    for (auto* timer : {&frame_ends_, &byte_leaves_, &reader_goes_}) timer->cancel();
    descriptor_.close();
    pty_.reset();
    traffic_.clear();
  }

  void close() {
    master_asks_.cancel();
    if (pty_) unplug();
  }

 private:
  static constexpr std::uint16_t most_a_question = 60;

  void plug() {
    pty_ = std::make_unique<Pty>(setup_.link);
    last_path_ = pty_->path();
    descriptor_.assign(pty_->take_end());
    read();
  }

  void read() {
    descriptor_.async_read_some(asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t size) {
      if (error) return;  // closed
      bytes_heard_ += size;
      if (!setup_.master) take({buffer_.data(), size});
      read();
    });
  }

  void take(std::string_view bytes) {
    const auto now = Clock::now();
    if (!traffic_.frame_due()) asked_at_ = now;
    traffic_.take(bytes, now);
    frame_ends_.expires_at(*traffic_.frame_due());
    frame_ends_.async_wait([this](const boost::system::error_code& error) {
      if (!error && pty_ && traffic_.frame_due()) answer(*traffic_.frame_due());
    });
  }

  // What the line carried until `ended`, its last silence included.
  void answer(Time ended) {
    const auto bytes = traffic_.take_frame();
    busy_ += ended - asked_at_;
    watch_reader();
    if (const auto frame = decode_rtu(bytes)) reply(*frame, bytes, ended);
  }

  void reply(const RtuFrame& request, const std::string& bytes, Time ended) {
    auto answer = units_.answer(request.unit, request.pdu);
    if (!answer || request.unit == 0) return;  // 0 is everybody, and nobody answers
    const bool holds = answer->fate.hit(FaultKind::drip) == nullptr;
    auto until = ended;
    for (const auto& piece : departure({.unit = request.unit, .bytes = bytes}, std::move(answer->pdu), Framing::rtu, answer->fate))
      until = traffic_.send(piece.bytes, ended + answer->turnaround + piece.after, holds);
    if (holds) busy_ += until - ended;
    let_go();
  }

  void let_go() {
    const auto next = traffic_.next_leave(tick);
    if (!next) return;
    byte_leaves_.expires_at(*next);
    byte_leaves_.async_wait([this](const boost::system::error_code& error) {
      if (error || !pty_) return;
      const auto bytes = traffic_.sent(Clock::now());
      boost::system::error_code lost;  // nobody reads: as on a wire
      if (!bytes.empty()) descriptor_.write_some(asio::buffer(bytes), lost);
      let_go();
    });
  }

  void watch_reader() {
    reader_goes_.expires_after(reader_is_gone);
    reader_goes_.async_wait([this](const boost::system::error_code& error) {
      if (!error && pty_) pty_->forget_exclusive();
    });
  }

  static RtuFrame question(std::uint8_t unit, const Span& span) {
    const auto high = [](std::uint16_t word) { return static_cast<char>(word >> 8); };
    const auto low = [](std::uint16_t word) { return static_cast<char>(word & 0xff); };
    return {.unit = unit, .pdu = {static_cast<char>(span.bank), high(span.first), low(span.first), high(span.count), low(span.count)}};
  }

  // The master's next question, once the line is quiet, and its answer behind it.
  void ask_next() {
    master_asks_.expires_after(*setup_.master);
    master_asks_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (pty_ && traffic_.is_quiet() && !questions_.empty()) ask(questions_[asked_++ % questions_.size()]);
      ask_next();
    });
  }

  void ask(const RtuFrame& question) {
    const auto bytes = encode(question);
    const auto now = Clock::now();
    const auto ended = traffic_.send(bytes, now, true) + setup_.settings.silence();
    busy_ += ended - now;
    reply(question, bytes, ended);
    let_go();
  }

  SerialSetup setup_;
  ModbusUnits units_;
  LineTraffic traffic_;
  std::unique_ptr<Pty> pty_;  // none while it is unplugged
  std::string last_path_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer frame_ends_, byte_leaves_, master_asks_, reader_goes_;
  std::array<char, 1024> buffer_{};
  std::uint64_t bytes_heard_ = 0;
  Time asked_at_{};  // the first bit of what is being heard
  ground::Duration busy_{};
  std::vector<RtuFrame> questions_;
  std::size_t asked_ = 0;
};

SerialLine::SerialLine(boost::asio::io_context& io, SerialSetup setup) : port_{std::make_unique<Port>(io, std::move(setup))} {}
SerialLine::~SerialLine() = default;

std::string SerialLine::path() const { return port_->path(); }
std::uint64_t SerialLine::writes() const { return port_->units().writes(); }
std::uint64_t SerialLine::bytes_heard() const { return port_->bytes_heard(); }
ground::Duration SerialLine::busy() const { return port_->busy(); }
void SerialLine::heed() { port_->heed(); }
void SerialLine::close() { port_->close(); }

}  // namespace hwsim::agents
