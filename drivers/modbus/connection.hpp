#pragma once

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "drivers/modbus/agenda.hpp"
#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/commons.hpp"
#include "drivers/modbus/counters.hpp"
#include "drivers/modbus/manners.hpp"
#include "drivers/modbus/rota.hpp"
#include "drivers/modbus/stream.hpp"
#include "drivers/modbus/wire.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// One TCP connection to one host and port, shared by the units behind it: as many requests at once as all of them bear, first come first
// served, each with a hard deadline. It connects when it is asked and not connected, listens as long as it is connected, and asks once more
// what a connection that was good took with it when it went. Used by Device; all of it runs on one thread.
namespace holdup::modbus {

class Connection final : public Asker, public std::enable_shared_from_this<Connection>, private Deadlines::Entry, private Readiness::Ear {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  struct Options {
    ground::Duration first_pause = std::chrono::milliseconds{100};    // after a failed attempt, before the next; doubled each time …
    ground::Duration longest_pause = std::chrono::seconds{30};        // … where the peer refuses or hangs up
    ground::Duration longest_silent_pause = std::chrono::seconds{1};  // … where nothing answers: that costs it nothing
    ground::Duration connect_limit = std::chrono::seconds{5};         // of one attempt, whatever the deadlines of those who ask
    int mute_limit = 2;  // time-outs in a row without a byte from the peer: then it is taken for gone and dialled anew …
    ground::Duration shared_mute_time = std::chrono::seconds{2};  // … several units also after this: one may block what the others say
  };

  Connection(std::shared_ptr<Commons> commons, Endpoint peer, Options options);
  Connection(std::shared_ptr<Commons> commons, Endpoint peer) : Connection{std::move(commons), std::move(peer), Options{}} {}
  /// One that shares with no other.
  Connection(const Commons::Executor& executor, Endpoint peer) : Connection{std::make_shared<Commons>(executor), std::move(peer)} {}
  ~Connection() override;

  /// Waits for its turn, connects if need be, asks, and has the answer (which may be an exception) or a Failure by the deadline.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) override;
  /// At once where the connection bears it.
  [[nodiscard]] boost::asio::awaitable<Answers> ask_all(std::vector<Question> questions, ground::Instant deadline) override;
  void suit(std::uint8_t unit, const Manners& manners) override;
  /// Closes the socket; the requests under way and those waiting end as cancelled. A later ask() connects again.
  void close();

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Endpoint& peer() const { return peer_; }

 private:
  enum class State : std::uint8_t { closed, dialling, open };

  void begin();
  void due(ground::Instant now) override;
  void abandoned() override;
  void go_on(ground::Instant now);
  void refuse(ground::Instant now);
  void tell();

  void dial();
  void connect();
  [[nodiscard]] boost::system::error_code take_over();
  void connected(const boost::system::error_code& error);
  void not_connected(const boost::system::error_code& error);
  void step_back(ground::Duration longest, std::string why);

  [[nodiscard]] Agenda::At next(ground::Instant now);
  void transmit(Agenda::At ask, ground::Instant now);
  void send(const Frame& frame);
  void pass_over(ground::Instant now);
  void readable() override;
  [[nodiscard]] bool goes_first() const override { return std::ranges::any_of(agenda_.under_way, &Agenda::Ask::goes_first); }
  void heard(const boost::system::error_code& error, std::size_t bytes);
  bool take_frame(ground::Instant now);
  void answered(Agenda::At ask, Answer answer, ground::Instant now);

  void give_up(ground::Instant now);
  void give_up_sent(Agenda::At ask, ground::Instant now);
  [[nodiscard]] ground::Failure why_waited(const Agenda::Ask& ask) const;
  [[nodiscard]] bool drips(const Agenda::Ask& ask);
  void lost(const boost::system::error_code& error);
  void disagreed(Fault fault, Agenda::At with);
  void drop();
  void plan_wake(ground::Instant now);
  [[nodiscard]] std::string name() const;

  std::shared_ptr<Commons> commons_;
  Endpoint peer_;
  Options options_;
  boost::asio::ip::tcp::socket dialling_;  // until it is connected
  Wire wire_;
  State state_ = State::closed;
  std::uint64_t socket_number_ = 0;  // what ends for a former socket finds itself outdated
  bool good_ = false;                // something was answered on this socket
  bool begins_ = false;              // with a new question, at the end of the turn
  bool telling_ = false;
  int mute_ = 0;  // time-outs since its last byte
  ground::Instant mute_since_{};

  Agenda agenda_;
  Stream stream_;
  Rota rota_;
  std::map<std::uint8_t, Manners> wishes_;  // by unit
  Manners manners_;

  ground::Instant wake_at_ = ground::Instant::max();  // at the latest
  ground::Instant pause_until_{};                     // between requests, after connect
  ground::Instant dial_until_{};                      // the attempt under way
  ground::Instant not_before_{};                      // the next attempt
  ground::Duration step_back_{};                      // the last pause between attempts
  std::string trouble_;                               // why it pauses
  Counters counters_;
};

}  // namespace holdup::modbus
