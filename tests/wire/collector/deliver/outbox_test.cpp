#include "collector/deliver/outbox.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "listener.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::deliver;
using holdup::deliver::test::Listener;
using holdup::deliver::test::Manner;
using holdup::test::run;
using holdup::test::run_until;
using namespace std::chrono_literals;
using ground::FailureKind;
using Posted = ground::Result<int>;

namespace {

const std::string body = R"([{"labels":{"alertname":"supply_input_lost","element":"cab1/psu1"}}])";

Target target_of(const std::string& url, Receiver receiver = Receiver::webhook) {
  const auto target = parse_target(receiver, url);
  REQUIRE(target.has_value());
  return *target;
}

/// 0 for a failure, with what it was.
int status(const Posted& posted) {
  if (posted.has_error()) UNSCOPED_INFO(posted.error().what);
  return posted.has_value() ? *posted : 0;
}

struct Bench {
  boost::asio::io_context io;
  std::vector<Posted> ended;  // of posts sent by begin(), in the order of their ends

  Posted post(Outbox& outbox, std::size_t target = 0, ground::Duration limit = 10s) {
    return run(io, outbox.post(target, body, ground::clock::now() + limit));
  }
  void begin(Outbox& outbox, std::size_t target, const std::string& text, ground::Duration limit) {
    boost::asio::co_spawn(io, outbox.post(target, text, ground::clock::now() + limit), [this](std::exception_ptr error, Posted posted) {
      if (error) std::rethrow_exception(error);
      ended.push_back(std::move(posted));
    });
  }
  /// Lets what is stopped end before its bench does.
  void finish(Outbox& outbox) {
    outbox.stop();
    io.restart();
    io.poll();
  }
};

}  // namespace

TEST_CASE("a body arrives with path, host and type, at an Alertmanager and at a webhook") {
  Bench bench;
  Listener am{bench.io, Manner::good}, hook{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of(am.url(""), Receiver::alertmanager), target_of(hook.url("/hook?k=v"))}};
  CHECK(status(bench.post(outbox, 0)) == 200);
  CHECK(status(bench.post(outbox, 1)) == 200);
  REQUIRE(am.requests().size() == 1);
  CHECK(am.requests()[0].target == "/api/v2/alerts");
  CHECK(am.requests()[0].host == "127.0.0.1:" + std::to_string(am.port()));
  CHECK(am.requests()[0].content_type == "application/json");
  CHECK(am.requests()[0].body == body);
  REQUIRE(hook.requests().size() == 1);
  CHECK(hook.requests()[0].target == "/hook?k=v");
  bench.finish(outbox);
}

TEST_CASE("the connection is opened before the first alert and kept for the next ones") {
  Bench bench;
  Listener listener{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  REQUIRE(run_until(bench.io, [&] { return listener.connections() == 1; }));
  CHECK(listener.requests().empty());
  for (int i = 0; i < 20; ++i) CHECK(status(bench.post(outbox)) == 200);
  CHECK(listener.connections() == 1);
  CHECK(listener.requests().size() == 20);
  CHECK(outbox.tally(0).dials == 1);
  CHECK(outbox.tally(0).answers == 20);
  bench.finish(outbox);
}

TEST_CASE("on an idle connection a post has left before anybody waits for its answer") {
  Bench bench;
  Listener listener{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  CHECK(status(bench.post(outbox)) == 200);
  const auto before = outbox.tally(0).at_once;
  auto answer = outbox.post(0, body, ground::clock::now() + 10s);
  CHECK(outbox.tally(0).at_once == before + 1);
  auto next = outbox.post(0, body, ground::clock::now() + 10s);
  CHECK(outbox.tally(0).at_once == before + 1);  // waits for the first one's answer
  bench.io.restart();
  REQUIRE(run_until(bench.io, [&] { return listener.requests().size() == 2; }));
  CHECK(listener.requests()[1].body == body);
  CHECK(status(run(bench.io, std::move(answer))) == 200);
  CHECK(status(run(bench.io, std::move(next))) == 200);
  CHECK(listener.connections() == 1);
  CHECK(outbox.tally(0).answers == 3);
  bench.finish(outbox);
}

TEST_CASE("an answer that is no success is handed back with its status, and its reason kept") {
  Bench bench;
  Listener broken{bench.io, Manner::error_500}, strict{bench.io, Manner::error_400};
  Outbox outbox{bench.io.get_executor(), {target_of(broken.url()), target_of(strict.url())}};
  CHECK(status(bench.post(outbox, 0)) == 500);
  CHECK(status(bench.post(outbox, 1)) == 400);
  CHECK(status(bench.post(outbox, 1)) == 400);
  CHECK(strict.connections() == 1);
  CHECK(outbox.tally(1).last_trouble.find("400 start time must be before end time") != std::string::npos);
  CHECK(outbox.tally(1).last_trouble.find('\x1b') == std::string::npos);
  bench.finish(outbox);
}

TEST_CASE("an ill-behaved receiver is a failure by the deadline, every time") {
  const auto [manner, kind] = GENERATE(Catch::Generators::table<Manner, FailureKind>({{Manner::mute, FailureKind::timeout},
                                                                                      {Manner::drips, FailureKind::timeout},
                                                                                      {Manner::closes_at_once, FailureKind::refused},
                                                                                      {Manner::hangs_up, FailureKind::refused},
                                                                                      {Manner::garbage, FailureKind::malformed},
                                                                                      {Manner::endless_body, FailureKind::malformed},
                                                                                      {Manner::endless_header, FailureKind::malformed}}));
  INFO(static_cast<int>(manner));
  const ground::Duration limit = kind == FailureKind::timeout ? ground::Duration{300ms} : ground::Duration{10s};
  Bench bench;
  Listener listener{bench.io, manner};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  for (int i = 0; i < 2; ++i) {
    const auto begun = ground::clock::now();
    const Posted posted = bench.post(outbox, 0, limit);
    REQUIRE(posted.has_error());
    CHECK(posted.error().kind == kind);
    CHECK(ground::clock::now() - begun < limit + 5s);
    CHECK(outbox.tally(0).last_trouble == posted.error().what);
  }
  bench.finish(outbox);
}

TEST_CASE("a mute receiver delays no other") {
  Bench bench;
  Listener mute{bench.io, Manner::mute}, good{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of(mute.url()), target_of(good.url())}};
  bench.begin(outbox, 0, body, 15s);
  for (int i = 0; i < 10; ++i) CHECK(status(bench.post(outbox, 1)) == 200);
  CHECK(bench.ended.empty());
  bench.finish(outbox);
}

TEST_CASE("posts of one target go out one after the other, in order") {
  Bench bench;
  Listener listener{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  for (int i = 0; i < 50; ++i) bench.begin(outbox, 0, "[" + std::to_string(i) + "]", 15s);
  REQUIRE(run_until(bench.io, [&] { return bench.ended.size() == 50; }));
  REQUIRE(listener.requests().size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(listener.requests()[i].body == "[" + std::to_string(i) + "]");
  CHECK(listener.connections() <= 2);  // the one opened ahead may have given way to the first post
  bench.finish(outbox);
}

TEST_CASE("when too many posts wait, the oldest gives way and is counted") {
  Bench bench;
  Listener listener{bench.io, Manner::mute};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}, {.most_waiting = 2}};
  REQUIRE(run_until(bench.io, [&] { return listener.connections() == 1; }));
  for (int i = 0; i < 6; ++i) bench.begin(outbox, 0, body, 300ms);
  REQUIRE(run_until(bench.io, [&] { return bench.ended.size() == 6; }));
  CHECK(outbox.tally(0).dropped == 3);  // one under way, two waiting
  for (std::size_t i = 0; i < 3; ++i) CHECK(bench.ended[i].error().kind == FailureKind::machine);
  for (std::size_t i = 3; i < 6; ++i) CHECK(bench.ended[i].error().kind == FailureKind::timeout);
  CHECK(listener.requests().size() == 1);
  bench.finish(outbox);
}

TEST_CASE("a receiver that closes after each answer is dialled for each post, not before") {
  Bench bench;
  Listener listener{bench.io, Manner::last_answer};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}, {.redial_pause = 1ms}};
  for (int i = 0; i < 3; ++i) CHECK(status(bench.post(outbox)) == 200);
  CHECK(listener.connections() <= 4);
  CHECK(outbox.tally(0).resent == 0);
  bench.finish(outbox);
}

TEST_CASE("a kept connection that turns out closed costs one more try, not the alert") {
  Bench bench;
  Listener listener{bench.io, Manner::closes_second};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  CHECK(status(bench.post(outbox)) == 200);
  CHECK(status(bench.post(outbox)) == 200);
  CHECK(outbox.tally(0).resent == 1);
  CHECK(listener.connections() >= 2);
  bench.finish(outbox);
}

TEST_CASE("nobody listening is refused at once, once somebody listens the connection is opened ahead") {
  Bench bench;
  unsigned short port = 0;
  {
    const Listener gone{bench.io, Manner::good};
    port = gone.port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/hook";
  Outbox outbox{bench.io.get_executor(), {target_of(url)}, {.redial_pause = 10ms, .longest_redial_pause = 20ms}};
  const Posted posted = bench.post(outbox);
  REQUIRE(posted.has_error());
  CHECK(posted.error().kind == FailureKind::refused);
  Listener listener{bench.io, Manner::good, port};
  CHECK(run_until(bench.io, [&] { return listener.connections() == 1; }));
  CHECK(status(bench.post(outbox)) == 200);
  CHECK(listener.connections() == 1);
  bench.finish(outbox);
}

TEST_CASE("a connection that closes while idle is opened again") {
  Bench bench;
  Listener listener{bench.io, Manner::hangs_up};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}, {.redial_pause = 1ms, .longest_redial_pause = 2ms}};
  CHECK(run_until(bench.io, [&] { return listener.connections() >= 3; }));
  bench.finish(outbox);
}

TEST_CASE("a receiver may have a name") {
  Bench bench;
  Listener listener{bench.io, Manner::good};
  Outbox outbox{bench.io.get_executor(), {target_of("http://localhost:" + std::to_string(listener.port()) + "/hook")}};
  CHECK(status(bench.post(outbox)) == 200);
  bench.finish(outbox);
}

TEST_CASE("stopping ends the post under way, those that wait and later ones") {
  Bench bench;
  Listener listener{bench.io, Manner::mute};
  Outbox outbox{bench.io.get_executor(), {target_of(listener.url())}};
  for (int i = 0; i < 3; ++i) bench.begin(outbox, 0, body, 15s);
  REQUIRE(run_until(bench.io, [&] { return listener.requests().size() == 1; }));
  outbox.stop();
  REQUIRE(run_until(bench.io, [&] { return bench.ended.size() == 3; }));
  for (const Posted& posted : bench.ended) CHECK(posted.error().kind == FailureKind::cancelled);
  CHECK(bench.post(outbox).error().kind == FailureKind::cancelled);
}
