#include "drivers/modbus/rtu/stream.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <tuple>
#include <utility>
#include <vector>

#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/modbus/rtu/turns.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::rtu {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using modbus::Exchange;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr Duration first_back_off = 100ms, longest_back_off = 5s;
constexpr Duration settle = 50ms;    // a device server hands on in lumps: what is silent for longer is over
constexpr Duration on_wire = 150ms;  // the baud of the line behind is not known: a long answer at 19200
constexpr int mute_limit = 3;        // time-outs in a row without a byte: then the connection may be the dead one
constexpr std::size_t most_heard = 2 * max_frame_bytes;
constexpr std::size_t most_unasked = 16 * max_frame_bytes;

}  // namespace

struct Stream::Link {
  asio::any_io_executor executor;
  asio::ip::tcp::endpoint peer;
  asio::ip::tcp::socket socket;
  asio::steady_timer cutoff;
  std::uint64_t cutoffs = 0;
  bool cut = false;

  Turns turns{};
  std::map<std::uint64_t, Place*> places{};  // who waits, by ticket
  std::uint64_t tickets = 0;
  Unasked unasked{};
  bool busy = false, listening = false;

  Echo echo = Echo::unknown;
  int mute = 0;
  Duration back_off{};
  Instant not_before{};
  std::array<std::uint8_t, max_frame_bytes> lump{};
};

struct Stream::UnderWay {
  Waiting asked;
  Frame frame;
  Instant sent{}, until{}, last_byte{};
  std::vector<std::uint8_t> heard = {};
  Reply reply = {};
};

/// Among those who wait; and, once its turn has come, the one whose turn it is.
class Stream::Place {
 public:
  Place(Stream& stream, const modbus::Question& question, Instant deadline)
      : stream_{stream},
        waiting_{.ticket = ++stream.link_->tickets, .question = question, .deadline = deadline},
        timer_{stream.link_->executor} {
    stream_.link_->places.emplace(waiting_.ticket, this);
  }
  ~Place() {
    stream_.link_->places.erase(waiting_.ticket);
    stream_.link_->turns.leave(waiting_.ticket);
    if (!called_) return;
    stream_.link_->busy = false;
    stream_.call_next();
    if (stream_.link_->busy) return;
    for (const auto& [ticket, place] : stream_.link_->places) place->look_again();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] const Waiting& waiting() const { return waiting_; }
  void call() {
    called_ = true;
    timer_.cancel();
  }
  /// The turn that it waited for is over, and for another reason it may not go yet.
  void look_again() { timer_.cancel(); }
  /// Whether the turn came before the deadline.
  asio::awaitable<bool> came() {
    while (!called_) {
      const auto now = ground::clock::now();
      if (now >= waiting_.deadline) co_return false;
      const bool busy = stream_.link_->busy;
      const Instant at = busy ? waiting_.deadline : std::max(stream_.link_->turns.next_at(now).value_or(waiting_.deadline), now + 1ms);
      timer_.expires_after(std::min(at, waiting_.deadline) - now);
      if (!busy) stream_.listen();
      co_await timer_.async_wait(no_throw);
      stream_.call_next();
    }
    co_return true;
  }

 private:
  Stream& stream_;
  Waiting waiting_;
  asio::steady_timer timer_;
  bool called_ = false;
};

/// Cancels whatever the socket waits for at its time.
class Stream::Cutoff {
 public:
  Cutoff(Stream& stream, Instant at) : link_{*stream.link_} {
    link_.cut = false;
    link_.cutoff.expires_after(at - ground::clock::now());
    link_.cutoff.async_wait([weak = stream.weak_from_this(), mine = ++link_.cutoffs](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->link_->cutoffs != mine) return;
      self->link_->cut = true;
      self->link_->socket.cancel(error);
    });
  }
  ~Cutoff() {
    ++link_.cutoffs;
    link_.cutoff.cancel();
  }
  Cutoff(const Cutoff&) = delete;
  Cutoff& operator=(const Cutoff&) = delete;

 private:
  Link& link_;
};

Stream::Stream(asio::any_io_executor executor, const std::string& host, std::uint16_t port, std::shared_ptr<Figures> figures)
    : name_{host + ":" + std::to_string(port)}, figures_{std::move(figures)} {
  const asio::ip::tcp::endpoint peer{asio::ip::make_address(host), port};
  link_.reset(
      new Link{.executor = executor, .peer = peer, .socket = asio::ip::tcp::socket{executor}, .cutoff = asio::steady_timer{executor}});
}

Stream::~Stream() = default;

Stream::Asked Stream::ask(modbus::Question question, Instant deadline) {
  const auto self = shared_from_this();  // the question keeps its stream alive
  Place place{*this, question, deadline};
  if (!link_->turns.join(place.waiting())) co_return Failure{FailureKind::machine, name_ + ": too many questions wait for it"};
  call_next();
  const bool came = co_await place.came();
  if (!came) co_return Failure{FailureKind::timeout, name_ + ": busy with other units until the deadline"};
  Result<Exchange> outcome = co_await exchange(place);
  co_return outcome;
}

void Stream::call_next() {
  if (link_->busy) return;
  const auto now = ground::clock::now();
  figures_->outdated += link_->turns.drop_outdated(now);
  const auto next = link_->turns.next(now);
  if (!next) return;
  link_->busy = true;
  link_->places.at(next->ticket)->call();
}

Stream::Asked Stream::exchange(const Place& place) {
  UnderWay one{.asked = place.waiting(), .frame = encode(place.waiting().question)};
  {
    const Cutoff cutoff{*this, one.asked.deadline};
    const Result<void> ready = co_await be_connected();
    if (!ready) co_return ready.error();
    HOLDUP_EXPECT(may_leave(one.frame.bytes()));  // the only place here that sends: what does not read ends the program instead
    figures_->strays += link_->unasked.forget();
    one.sent = ground::clock::now();
    const auto done = co_await asio::async_write(link_->socket, asio::buffer(one.frame.bytes().data(), one.frame.bytes().size()), no_throw);
    if (std::get<0>(done)) co_return lost(link_->cut ? "it takes no question" : std::get<0>(done).message());
  }
  ++figures_->requests;
  one.until = link_->turns.answer_by(one.asked, one.sent, on_wire);
  Result<Exchange> outcome = co_await hear(one);
  figures_->busy_ns += static_cast<std::uint64_t>((ground::clock::now() - one.sent).count());
  co_return outcome;
}

asio::awaitable<Result<void>> Stream::be_connected() {
  if (link_->socket.is_open()) read_what_came_unasked();
  if (link_->socket.is_open()) co_return Result<void>{};
  const auto now = ground::clock::now();
  if (now < link_->not_before) co_return Failure{FailureKind::refused, name_ + ": not connected, the last attempt just failed"};
  const auto done = co_await link_->socket.async_connect(link_->peer, no_throw);
  error_code error = std::get<0>(done);
  if (!error) link_->socket.set_option(asio::ip::tcp::no_delay{true}, error);
  if (!error) link_->socket.non_blocking(true, error);
  if (!error && !link_->cut) {
    ++figures_->opens;
    link_->back_off = {}, link_->mute = 0;
    co_return Result<void>{};
  }
  ++figures_->open_failures;
  link_->back_off = std::clamp(2 * link_->back_off, first_back_off, longest_back_off);
  link_->not_before = ground::clock::now() + link_->back_off;
  const bool late = link_->cut;
  drop();
  co_return Failure{late ? FailureKind::timeout : FailureKind::refused,
                    name_ + ": " + (late ? "no connection before the deadline" : error.message())};
}

Stream::Asked Stream::hear(UnderWay& one) {
  for (;;) {
    const bool over = one.reply.judged.look == Look::spoilt && !set_aside(one);
    const Instant until = over ? std::min(one.until, one.last_byte + settle) : one.until;
    if (ground::clock::now() >= until) co_return give_up(one);
    const Cutoff cutoff{*this, until};
    const auto done = co_await link_->socket.async_read_some(asio::buffer(link_->lump), no_throw);
    const std::size_t came = std::get<1>(done);
    if (std::get<0>(done) && !link_->cut)
      co_return lost(std::get<0>(done) == asio::error::eof ? "closed by its server" : std::get<0>(done).message());
    if (came == 0) continue;
    link_->mute = 0;
    one.last_byte = ground::clock::now();
    if (one.heard.size() + came > most_heard) one.heard.erase(one.heard.begin(), one.heard.end() - max_frame_bytes);
    one.heard.insert(one.heard.end(), link_->lump.begin(), link_->lump.begin() + static_cast<std::ptrdiff_t>(came));
    one.reply = judge_reply(one.heard, one.frame, one.asked.question, link_->echo);
    if (one.reply.judged.look == Look::answer) co_return take(one);
  }
}

Exchange Stream::take(UnderWay& one) {
  link_->echo = one.reply.echo ? Echo::heard : Echo::none;
  if (one.reply.echo) ++figures_->echoes;
  const auto& judged = one.reply.judged;
  ++(judged.answer.exception ? figures_->exceptions : figures_->answers);
  figures_->strays += one.heard.size() - (judged.end - judged.begin) - (one.reply.echo ? one.frame.bytes().size() : 0);
  const Instant since = link_->turns.measured_since(one.asked, one.sent);
  link_->turns.answered(one.asked, one.sent, one.last_byte);
  return {.answer = std::move(one.reply.judged.answer), .sent = since, .received = one.last_byte};
}

bool Stream::set_aside(UnderWay& one) {
  const auto now = ground::clock::now();
  if (one.reply.judged.fault != Fault::shape || !link_->turns.owes(one.asked.question, now)) return false;
  link_->turns.came_late(one.asked.question.unit, one.asked.question.function, now);
  ++figures_->late;
  one.heard.resize(one.reply.behind);
  one.reply.judged = {};
  return true;
}

Failure Stream::give_up(const UnderWay& one) {
  const std::string name = name_ + ": unit " + std::to_string(one.asked.question.unit);
  const auto& judged = one.reply.judged;
  if (judged.look == Look::spoilt) {
    const bool all = judged.fault != Fault::crc || is_as_long(one.heard, one.asked.question, link_->echo);
    link_->turns.spoilt(one.asked, one.sent, ground::clock::now(), all ? Turns::Came::all : Turns::Came::some);
    ++(judged.fault == Fault::crc ? figures_->crc_errors : figures_->disagreeing);
    return {FailureKind::malformed,
            name + (judged.fault == Fault::crc ? ": the answer's CRC is wrong" : ": it answers something else than was asked")};
  }
  link_->turns.silent(one.asked, one.sent, ground::clock::now());
  ++figures_->timeouts;
  if (judged.fault == Fault::unit) ++figures_->wrong_unit;
  const std::size_t echo = one.reply.echo ? one.frame.bytes().size() : 0;
  if (judged.fault == Fault::none) figures_->add(link_->unasked.hear(Bytes{one.heard}.subspan(echo), link_->turns, ground::clock::now()));
  if (one.heard.empty() && ++link_->mute >= mute_limit) drop();
  return {FailureKind::timeout, name + (judged.fault == Fault::unit ? ": another unit answered in its place" : ": no answer")};
}

/// While questions wait for what a unit still owes: it is taken when it comes.
void Stream::listen() {
  if (link_->listening || !link_->socket.is_open()) return;
  link_->listening = true;
  link_->socket.async_wait(asio::ip::tcp::socket::wait_read, [weak = weak_from_this()](error_code) {
    const auto self = weak.lock();
    if (!self) return;
    self->link_->listening = false;
    if (self->link_->busy || !self->link_->socket.is_open()) return;
    self->read_what_came_unasked();
    self->call_next();
    if (!self->link_->busy && self->link_->turns.next_at(ground::clock::now())) self->listen();  // it may come in pieces
  });
}

/// Before a question leaves: what lies in the socket is no answer to it. Who says so much unasked would keep the loop reading.
void Stream::read_what_came_unasked() {
  for (std::size_t all = 0;;) {
    if (all > most_unasked) return (void)lost("it talks without being asked");
    error_code error;
    const std::size_t came = link_->socket.read_some(asio::buffer(link_->lump), error);
    if (error == asio::error::would_block) return;
    if (error) return (void)lost(error.message());
    all += came;
    figures_->add(link_->unasked.hear({link_->lump.data(), came}, link_->turns, ground::clock::now()));
  }
}

void Stream::drop() {
  error_code ignored;
  link_->socket.close(ignored);
  figures_->strays += link_->unasked.forget();
  link_->mute = 0;
}

Failure Stream::lost(const std::string& why) {
  ++figures_->lost;
  drop();
  return {FailureKind::refused, name_ + ": " + why};
}

}  // namespace holdup::rtu
