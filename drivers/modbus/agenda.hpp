#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "drivers/modbus/question.hpp"
#include "ground/result.hpp"

// The questions put to a connection, from being asked to being told: those that wait for their turn, those that are under way and which of
// these take a place in the pipeline, those that have ended. Used by Connection.
namespace holdup::modbus {

using Answers = std::vector<ground::Result<Exchange>>;

class Agenda {
 public:
  using Token = boost::asio::use_awaitable_t<>;
  template <class T>
  using Resume = typename boost::asio::async_result<Token, void(T)>::handler_type;  // goes on with the coroutine that asked
  struct Together {                                                                 // questions that were put at once
    Resume<Answers> resume;
    Answers answers;
    std::size_t open;
  };
  struct Ask {
    Request request;
    ground::Instant deadline{};
    std::optional<Resume<ground::Result<Exchange>>> resume;  // … or
    std::shared_ptr<Together> together{};
    std::size_t place = 0;  // among them
    std::optional<ground::Result<Exchange>> result{};
    ground::Instant not_before{};  // its unit was busy
    ground::Instant sent{};
    unsigned put_off = 0;       // times that its unit was busy …
    Exchange busy{};            // … and what it said last
    bool keeps_others = false;  // takes a place in the pipeline
    bool again = false;         // its connection went before
    bool goes_first = false;    // see Question
  };
  using Asks = std::list<Ask>;
  using At = Asks::iterator;

  /// Of those that wait the last; who is to be told of it is for the caller to say.
  Ask& take_on(const Question& question, ground::Instant deadline);
  void take_on_all(const std::vector<Question>& questions, ground::Instant deadline, Resume<Answers> resume);
  void send(At waiting);
  /// It takes no place any more, though it is still under way.
  void let_pass(Ask& ask);
  void wait_again(At under_way, At before);
  void end(Asks& from, At ask, ground::Result<Exchange> result);
  void end_all(Asks& from, const ground::Failure& why);
  /// With the failure; with what a busy unit said, where it said that: it is not silent.
  void expire(Asks& from, At ask, const ground::Failure& why);
  /// What its connection took with it goes to the front, in its order; nothing is asked a third time. How many are.
  std::uint64_t ask_again(const ground::Failure& otherwise);

  [[nodiscard]] At find(std::optional<std::uint16_t> transaction);
  [[nodiscard]] int places() const { return places_; }
  [[nodiscard]] bool has_ended() const { return !ended_.empty(); }
  /// Tells the first that has ended: its coroutine goes on within.
  void tell_one();
  void forget_all();

  Asks waiting, under_way;  // front: first come

 private:
  Asks ended_, spare_;
  int places_ = 0;
};

}  // namespace holdup::modbus
