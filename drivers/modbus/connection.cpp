#include "drivers/modbus/connection.hpp"

#include <algorithm>
#include <utility>

#include "drivers/modbus/registers.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::modbus {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Duration;
using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Result;
using namespace std::chrono_literals;

namespace {

constexpr Duration first_put_off = 20ms;  // before a busy unit is asked again; doubled each time
constexpr unsigned most_doublings = 4;
constexpr Duration yielding = 20ms;  // before a mute unit that let another go first looks again

FailureKind kind_of(const error_code& error) {
  const bool ours = error == asio::error::no_descriptors || error == asio::error::no_memory || error == asio::error::no_buffer_space;
  return ours ? FailureKind::machine : error == asio::error::timed_out ? FailureKind::timeout : FailureKind::refused;
}

/// It said no by itself: that is worth patience. Whoever is not there cannot be bothered.
bool turns_away(const error_code& error) {
  return error == asio::error::connection_refused || error == asio::error::connection_reset || error == asio::error::eof;
}

std::string text_of(const error_code& error) { return error == asio::error::eof ? "closed by the device" : error.message(); }

constexpr auto crowded = ", which a gateway does at its limit of connections";

}  // namespace

Connection::Connection(std::shared_ptr<Commons> commons, Endpoint peer, Options options)
    : commons_{std::move(commons)}, peer_{std::move(peer)}, options_{options}, dialling_{commons_->executor()} {}

Connection::~Connection() {
  drop();
  commons_->not_soon(*this);
  commons_->set(*this, Instant::max());
  commons_->past.add(counters_);
}

asio::awaitable<Result<Exchange>> Connection::ask(Question question, Instant deadline) {
  Agenda::Token token;
  return asio::async_initiate<Agenda::Token, void(Result<Exchange>)>(
      [self = shared_from_this(), question, deadline](auto resume) {
        self->agenda_.take_on(question, deadline).resume.emplace(std::move(resume));
        self->begin();
      },
      token);
}

asio::awaitable<Answers> Connection::ask_all(std::vector<Question> questions, Instant deadline) {
  if (manners_.pipeline < 2 || questions.size() < 2) return Asker::ask_all(std::move(questions), deadline);
  Agenda::Token token;
  return asio::async_initiate<Agenda::Token, void(Answers)>(
      [self = shared_from_this(), questions = std::move(questions), deadline](auto resume) {
        self->agenda_.take_on_all(questions, deadline, std::move(resume));
        self->begin();
      },
      token);
}

void Connection::suit(std::uint8_t unit, const Manners& manners) {
  wishes_[unit] = manners;
  manners_ = manners;
  for (const auto& [other, wish] : wishes_) manners_ = gentler(manners_, wish);
}

void Connection::close() {
  const Failure closing{FailureKind::cancelled, name() + ": closing"};
  drop();
  agenda_.end_all(agenda_.under_way, closing);
  agenda_.end_all(agenda_.waiting, closing);
  commons_->set(*this, wake_at_ = Instant::max());
  asio::post(commons_->executor(), [self = shared_from_this()] { self->tell(); });
}

/// Within the question of a coroutine that is not yet suspended.
void Connection::begin() {
  if (!std::exchange(begins_, true)) commons_->soon(*this);
}

/// What can be done now, and when to look again.
void Connection::go_on(Instant now) {
  do {
    if (state_ == State::closed && !agenda_.waiting.empty()) now >= not_before_ ? dial() : refuse(now);
    if (state_ == State::open && !agenda_.waiting.empty()) pass_over(now);
    while (state_ == State::open) {
      const auto ask = next(now);
      if (ask == agenda_.waiting.end()) break;
      transmit(ask, now);
    }
  } while (state_ == State::closed && !agenda_.waiting.empty());  // sending found it gone
  plan_wake(now);
}

/// Nobody waits for a peer that turns us away: what it asks for is quiet.
void Connection::refuse(Instant now) {
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(not_before_ - now);
  agenda_.end_all(agenda_.waiting, {FailureKind::refused, trouble_ + "; dialled again in " + ground::duration_text(pause)});
}

/// Hands out what has come of the questions. Those who asked go on from here, and most of them ask again.
void Connection::tell() {
  if (std::exchange(telling_, true)) return;
  const auto self = shared_from_this();
  while (agenda_.has_ended()) agenda_.tell_one();
  telling_ = false;
}

void Connection::dial() {
  state_ = State::dialling;
  dial_until_ = Instant::max();
  commons_->when_dialling([weak = weak_from_this(), number = ++socket_number_] {
    if (const auto self = weak.lock(); self && self->socket_number_ == number) self->connect();
  });
}

void Connection::connect() {
  const Instant now = ground::clock::now();
  dial_until_ = now + options_.connect_limit;
  dialling_.async_connect(peer_, [weak = weak_from_this(), number = socket_number_](const error_code& error) {
    if (const auto self = weak.lock(); self && self->socket_number_ == number) self->connected(error);
  });
  plan_wake(now);
}

/// From the loop's own care into ours: see Readiness.
error_code Connection::take_over() {
  error_code error;
  const int socket = dialling_.release(error);
  if (!error) error = wire_.take(socket);
  if (!error && !commons_->listen(socket, *this)) error.assign(errno, boost::system::system_category());
  if (error) wire_.close();
  return error;
}

void Connection::connected(const error_code& failed) {
  const error_code error = failed ? failed : take_over();
  if (error) return not_connected(error);
  state_ = State::open;
  ++counters_.connects;
  stream_.begin();
  good_ = false;
  mute_ = 0;
  const Instant now = ground::clock::now();
  pause_until_ = now + manners_.after_connect;
  go_on(now);
  tell();
}

void Connection::not_connected(const error_code& error) {
  ++counters_.connect_failures;
  drop();
  const bool away = turns_away(error);
  const Failure why{kind_of(error), name() + ": " + text_of(error) + (away ? crowded : "")};
  step_back(away ? options_.longest_pause : options_.longest_silent_pause, why.what);
  agenda_.end_all(agenda_.waiting, why);
  go_on(ground::clock::now());
  tell();
}

void Connection::step_back(Duration longest, std::string why) {
  step_back_ = std::min(step_back_ == Duration{} ? options_.first_pause : 2 * step_back_, longest);
  not_before_ = ground::clock::now() + step_back_;
  trouble_ = std::move(why);
}

/// The first of those that wait whose turn may come.
Agenda::At Connection::next(Instant now) {
  if (now < pause_until_ || agenda_.places() >= manners_.pipeline) return agenda_.waiting.end();
  return std::ranges::find_if(agenda_.waiting,
                              [&](const Agenda::Ask& ask) { return ask.not_before <= now && rota_.may_ask(ask.request.unit, now); });
}

void Connection::transmit(Agenda::At ask, Instant now) {
  do ask->request.transaction = stream_.next_transaction();
  while (agenda_.find(ask->request.transaction) != agenda_.under_way.end());
  ask->sent = now;
  agenda_.send(ask);
  rota_.asked(ask->request.unit, now);
  pause_until_ = now + manners_.between_requests;
  send(encode(ask->request));
}

/// The only place of this driver that sends: what does not read ends the program instead. A socket that has no room for twelve bytes holds
/// thousands of requests that its peer never took.
void Connection::send(const Frame& frame) {
  HOLDUP_EXPECT(may_leave(frame));
  ++counters_.requests;
  const error_code error = wire_.send(frame);
  if (error) lost(error);
}

/// Units that were silent before lose their place when others have waited for long enough; their answer is still welcome.
void Connection::pass_over(Instant now) {
  for (Agenda::Ask& ask : agenda_.under_way) {
    if (!ask.keeps_others || now - ask.sent < rota_.patience(ask.request.unit)) continue;
    agenda_.let_pass(ask);
    rota_.passed_over(now - ask.sent, now);
  }
}

void Connection::readable() {
  const auto self = shared_from_this();
  const Wire::Received received = wire_.receive(stream_.room());
  if (received.error == asio::error::would_block || received.error == asio::error::interrupted) return;
  const bool closed = !received.error && received.bytes == 0;
  heard(closed ? asio::error::eof : received.error, received.bytes);
}

void Connection::heard(const error_code& error, std::size_t bytes) {
  const Instant now = ground::clock::now();
  if (bytes > 0) mute_ = 0;
  stream_.came(bytes);
  const auto number = socket_number_;
  while (socket_number_ == number && take_frame(now)) {
  }
  if (socket_number_ == number && error) lost(error);
  if (socket_number_ == number && !agenda_.under_way.empty()) wire_.acknowledge();
  go_on(now);
  tell();
}

/// Whether there may be one more.
bool Connection::take_frame(Instant now) {
  const auto ask = agenda_.find(stream_.transaction());
  Judged judged = ask == agenda_.under_way.end() ? stream_.judge_stray() : stream_.judge_answer(ask->request);
  if (judged.look == Look::incomplete) return false;
  if (judged.look == Look::broken) {
    disagreed(judged.fault, ask);
    return false;
  }
  const std::uint8_t unit = stream_.unit(), exception = stream_.exception();
  stream_.consume(judged.bytes);
  if (judged.look == Look::late) {
    ++counters_.late;
    says_unreachable(exception) ? rota_.unreachable(unit, now) : rota_.answered_late(unit, now);
  } else {
    answered(ask, std::move(judged.answer), now);
  }
  return true;
}

void Connection::answered(Agenda::At ask, Answer answer, Instant now) {
  const std::uint8_t code = answer.exception, unit = ask->request.unit;
  ++(code ? counters_.exceptions : counters_.answers);
  good_ = true;
  step_back_ = {};
  pause_until_ = now + manners_.between_requests;
  if (says_unreachable(code))
    rota_.unreachable(unit, now);
  else
    rota_.answered(unit, now - ask->sent, now);
  const Instant later = now + first_put_off * (1 << std::min(ask->put_off, most_doublings));
  Exchange exchange{.answer = std::move(answer), .sent = ask->sent, .received = now};
  if (!says_later(code) || later >= ask->deadline) return agenda_.end(agenda_.under_way, ask, std::move(exchange));
  ++counters_.busy;
  ++ask->put_off;
  ask->busy = std::move(exchange);
  ask->not_before = later;
  agenda_.wait_again(ask, agenda_.waiting.end());
}

void Connection::due(Instant now) {
  const auto self = shared_from_this();
  begins_ = false;
  if (now >= wake_at_) wake_at_ = Instant::max();
  if (state_ == State::dialling && now >= dial_until_) return not_connected(asio::error::timed_out);
  give_up(now);
  go_on(now);
  tell();
}

void Connection::give_up(Instant now) {
  for (auto ask = agenda_.under_way.begin(); ask != agenda_.under_way.end();) {
    const auto late = ask++;
    if (late->deadline > now) continue;
    const auto number = socket_number_;
    give_up_sent(late, now);
    if (socket_number_ != number) break;
  }
  for (auto ask = agenda_.waiting.begin(); ask != agenda_.waiting.end();) {
    const auto late = ask++;
    if (late->deadline <= now) agenda_.expire(agenda_.waiting, late, why_waited(*late));
  }
}

/// A peer in the middle of an answer is dripping; one that is mute again and again is gone, and TCP would take long to say so. A peer that
/// is merely late keeps its connection, for its answer will be told by its transaction; and so does one whose other units answer.
void Connection::give_up_sent(Agenda::At ask, Instant now) {
  const bool dripping = drips(*ask);
  ++counters_.timeouts;
  pause_until_ = std::max(pause_until_, now + manners_.between_requests);
  rota_.silent(ask->request.unit, ask->keeps_others ? now - ask->sent : Duration{}, now);
  if (mute_++ == 0) mute_since_ = ask->sent;
  agenda_.expire(agenda_.under_way, ask, {FailureKind::timeout, name() + ": no answer before the deadline"});
  const bool patient = rota_.shared() && now - mute_since_ < options_.shared_mute_time;
  const bool gone = mute_ >= options_.mute_limit && rota_.nobody_answers() && !patient;
  if (!dripping && !gone) return;
  ++counters_.cut;
  drop();
  counters_.again += agenda_.ask_again({FailureKind::timeout, name() + ": cut, an answer did not end"});
}

/// Part of an answer to this request lies there, or to none.
bool Connection::drips(const Agenda::Ask& ask) {
  if (!stream_.has_part()) return false;
  const auto owner = agenda_.find(stream_.transaction());
  return owner == agenda_.under_way.end() || &*owner == &ask;
}

Failure Connection::why_waited(const Agenda::Ask& ask) const {
  const char* why = "busy with other units until the deadline";
  if (state_ != State::open)
    why = "not connected before the deadline";
  else if (rota_.rests_until(ask.request.unit))
    why = "the unit keeps silent, and those that answer go first";
  return {FailureKind::timeout, name() + ": " + why};
}

/// Of a socket that was good before, the peer may have closed it while it was idle: the question is asked once more. One that never
/// answered anything has turned us away, unless it did so at a question that ended its forerunner: then it bears that one not.
void Connection::lost(const error_code& error) {
  const bool at_this_question = std::ranges::any_of(agenda_.under_way, &Agenda::Ask::again);
  const bool turned_away = !good_ && !at_this_question && turns_away(error);
  ++(agenda_.under_way.empty() && !turned_away ? counters_.idle_closes : counters_.lost);
  std::string said = name() + ": " + text_of(error);
  if (turned_away) said.append(" before any answer").append(crowded);
  const Failure why{kind_of(error), std::move(said)};
  const bool was_good = good_;
  drop();
  if (turned_away) step_back(options_.longest_pause, why.what);
  if (was_good)
    counters_.again += agenda_.ask_again(why);
  else
    agenda_.end_all(agenda_.under_way, why);
}

/// An answer that disagrees ends its connection. What else was under way on it is asked once more, unless nobody knows whose it was.
void Connection::disagreed(Fault fault, Agenda::At with) {
  const auto index = static_cast<std::size_t>(fault);
  ++counters_.faults[index];
  const Failure why{FailureKind::malformed, name() + ": the answer's " + std::string{fault_names[index]} + " is wrong"};
  if (with != agenda_.under_way.end())
    agenda_.end(agenda_.under_way, with, why);
  else
    agenda_.end_all(agenda_.under_way, why);
  drop();
  counters_.again += agenda_.ask_again(why);
}

void Connection::drop() {
  error_code ignored;
  dialling_.close(ignored);
  if (wire_.is_open()) commons_->cease(wire_.descriptor(), *this);
  wire_.close();
  ++socket_number_;
  state_ = State::closed;
}

/// Those who asked may be the last that hold it.
void Connection::abandoned() {
  const auto self = shared_from_this();
  agenda_.forget_all();
}

/// Being woken too early costs less than moving the time of waking with each answer.
void Connection::plan_wake(Instant now) {
  Instant at = state_ == State::dialling ? dial_until_ : Instant::max();
  const bool others_wait = !agenda_.waiting.empty();
  for (const Agenda::Ask& ask : agenda_.under_way) {
    at = std::min(at, ask.deadline);
    const Duration patience = others_wait && ask.keeps_others ? rota_.patience(ask.request.unit) : Duration::max();
    if (patience != Duration::max()) at = std::min(at, ask.sent + patience);
  }
  const bool may_go = state_ == State::open && agenda_.places() < manners_.pipeline;
  for (const Agenda::Ask& ask : agenda_.waiting) {
    at = std::min(at, ask.deadline);
    if (!may_go) continue;
    Instant turn = std::max(pause_until_, ask.not_before);
    if (const auto rest = rota_.rests_until(ask.request.unit)) turn = std::max({turn, *rest, now + (*rest <= now ? yielding : Duration{})});
    at = std::min(at, turn);
  }
  if (at < wake_at_) commons_->set(*this, wake_at_ = at);
}

std::string Connection::name() const { return peer_.address().to_string() + ":" + std::to_string(peer_.port()); }

}  // namespace holdup::modbus
