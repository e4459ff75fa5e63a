#include "drivers/snmp/answer_wait.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "catch.hpp"

using namespace std::chrono_literals;
using boost::system::error_code;
using holdup::snmp::AnswerWait;
namespace asio = boost::asio;

namespace {

constexpr auto patient = 60s;  // nothing here takes so long

asio::awaitable<void> wait(AnswerWait& wait, holdup::ground::Duration most, std::vector<error_code>& ends) {
  ends.push_back(co_await wait.wait(most));
}

}  // namespace

TEST_CASE("who waits for an answer goes on before end returns") {
  asio::io_context loop{1};
  AnswerWait answer{loop};
  std::vector<error_code> ends;
  asio::co_spawn(loop, wait(answer, patient, ends), asio::detached);
  loop.poll();
  CHECK(ends.empty());
  answer.end();
  CHECK(ends == std::vector{error_code{}});
  answer.end();  // nobody waits
  loop.run();    // and no timer does
  CHECK(ends.size() == 1);
}

TEST_CASE("who waits for an answer that does not come goes on after the time given") {
  asio::io_context loop{1};
  AnswerWait answer{loop};
  std::vector<error_code> ends;
  asio::co_spawn(loop, wait(answer, 1ms, ends), asio::detached);
  loop.run();
  CHECK(ends == std::vector{error_code{}});
}

TEST_CASE("the timer of a wait that is over does not end the next one") {
  asio::io_context loop{1};
  AnswerWait answer{loop};
  std::vector<error_code> ends;
  const auto twice = [&]() -> asio::awaitable<void> {
    ends.push_back(co_await answer.wait(patient));
    ends.push_back(co_await answer.wait(patient));
  };
  asio::co_spawn(loop, twice(), asio::detached);
  loop.poll();
  answer.end();  // the first wait's timer has been cancelled, and its word is on the way
  loop.poll();
  CHECK(ends.size() == 1);
  answer.end();
  CHECK(ends.size() == 2);
}

TEST_CASE("a wait that is cancelled ends with an error") {
  asio::io_context loop{1};
  AnswerWait answer{loop};
  std::vector<error_code> ends;
  asio::cancellation_signal stop;
  asio::co_spawn(loop, wait(answer, patient, ends), asio::bind_cancellation_slot(stop.slot(), asio::detached));
  loop.poll();
  stop.emit(asio::cancellation_type::terminal);
  loop.run();
  CHECK(ends == std::vector{error_code{asio::error::operation_aborted}});
}

TEST_CASE("who waits for an answer may end what he waited at") {
  asio::io_context loop{1};
  std::optional<AnswerWait> answer{std::in_place, loop};
  const auto once = [&]() -> asio::awaitable<void> {
    (void)co_await answer->wait(patient);
    answer.reset();
  };
  asio::co_spawn(loop, once(), asio::detached);
  loop.poll();
  answer->end();
  CHECK(!answer);
  loop.run();
}

TEST_CASE("a loop that ends lets go of who waits for an answer") {
  std::weak_ptr<int> held;
  {
    asio::io_context loop{1};
    const auto once = [](asio::io_context& on, std::shared_ptr<int>) -> asio::awaitable<void> {
      AnswerWait answer{on};
      (void)co_await answer.wait(patient);
    };
    auto given = std::make_shared<int>(1);
    held = given;
    asio::co_spawn(loop, once(loop, std::move(given)), asio::detached);
    loop.poll();
    CHECK(!held.expired());
  }
  CHECK(held.expired());
}
