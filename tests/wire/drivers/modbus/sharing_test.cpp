#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "drivers/modbus/device.hpp"
#include "drivers/modbus/hosts.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/profile/library.hpp"
#include "stage.hpp"

// What units and requests that share a connection owe to each other, and what becomes of them when it goes.
using namespace holdup;
using namespace holdup::modbus;
using namespace holdup::modbus::test;
using namespace std::chrono_literals;
using ground::FailureKind;

namespace {

/// Keeps what it is asked until there are `batch` requests, then answers them in reverse order.
struct Hoarder {
  std::size_t batch;
  std::vector<std::vector<std::uint8_t>> answers{};
  std::size_t most = 0;

  void take(const Query& query, Session& session) {
    answers.push_back(query.good());
    most = std::max(most, answers.size());
    if (answers.size() < batch) return;
    for (; !answers.empty(); answers.pop_back()) session.send(answers.back());
  }
};

/// Polls one unit on a grid, as the collector does.
struct Poller {
  int asked = 0, good = 0;
};
boost::asio::awaitable<void> poll(Stage& stage, std::uint8_t unit, ground::Duration phase, ground::Instant until, Poller& poller) {
  constexpr ground::Duration period = 200ms;
  boost::asio::steady_timer timer{stage.io};
  for (auto slot = ground::clock::now() + phase; slot < until; slot += period) {
    timer.expires_after(slot - ground::clock::now());
    co_await timer.async_wait(boost::asio::use_awaitable);
    const Question question{.unit = unit, .address = unit, .count = 2};
    ++poller.asked;
    const Answered answered = co_await stage.connection->ask(question, in(period / 2));
    if (answered && answered->answer.exception == 0) ++poller.good;
  }
}

/// Four units that live beside one that does not, for three seconds; which share of their polls the four got.
double share_beside_a_mute_unit(Stage& stage) {
  constexpr std::uint8_t units = 5;
  std::array<Poller, units> pollers{};
  int over = 0;
  const auto until = in(3s);
  for (std::uint8_t unit = 0; unit < units; ++unit) {
    auto polling = poll(stage, unit, 37ms * unit, until, pollers[unit]);
    boost::asio::co_spawn(stage.io, std::move(polling), [&over](std::exception_ptr) { ++over; });
  }
  CHECK(stage.until([&] { return over == units; }));
  CHECK(pollers[0].asked >= 5);
  CHECK(pollers[0].good == 0);
  int asked = 0, good = 0;
  for (std::uint8_t unit = 1; unit < units; ++unit) asked += pollers[unit].asked, good += pollers[unit].good;
  CHECK(asked >= 4 * 10);
  return static_cast<double>(good) / asked;
}

profile::Library library(const char* quirks) {
  const std::string text = std::string{"profile: small\nprotocol: modbus\n"} + quirks +
                           "registers:\n  - {address: 10, metric: rack_power_watts}\n  - {address: 50, metric: rack_current_amperes}\n"
                           "  - {address: 90, metric: rack_voltage_volts}\n";
  ground::Problems problems;
  auto loaded = profile::Library::load({{"small.yaml", text}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  return loaded;
}

struct Unit {
  Unit(Stage& on, const profile::Library& profiles, std::uint8_t number)
      : stage{on}, device{on.connection, number, {profiles.find("small")}} {}
  void identify() { REQUIRE(run(stage.io, device.identify(in(10s))).has_value()); }
  ground::Result<std::vector<reading::Reading>> read(ground::Duration limit) {
    const std::vector<std::uint32_t> points{0, 1, 2};
    return run(stage.io, device.read({.points = points, .deadline = in(limit), .raw = &raw}));
  }
  Stage& stage;
  modbus::Device device;
  std::vector<std::string> raw;
};

}  // namespace

TEST_CASE("as many requests are under way as the device bears, and their answers come in any order") {
  Hoarder hoarder{.batch = 4};
  Stage stage{[&](const Query& query, Session& session) { hoarder.take(query, session); }};
  stage.connection->suit(7, {.pipeline = 4});
  int told = 0;
  for (std::uint16_t n = 0; n < 12; ++n) {
    const auto address = static_cast<std::uint16_t>(100 * n);
    stage.begin_ask({.unit = 7, .address = address, .count = 10}, 10s, [&told, address](const Answered& answered) {
      check_told(answered, address);
      ++told;
    });
  }
  CHECK(stage.until([&] { return told == 12; }));
  CHECK(hoarder.most == 4);
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("units of one connection are asked at once as often as the least of them bears") {
  Hoarder hoarder{.batch = 2};
  Stage stage{[&](const Query& query, Session& session) { hoarder.take(query, session); }};
  stage.connection->suit(1, {.pipeline = 8});
  stage.connection->suit(2, {.pipeline = 2});
  int told = 0;
  for (std::uint8_t n = 0; n < 8; ++n)
    stage.begin_ask({.unit = static_cast<std::uint8_t>(1 + n % 2), .address = n, .count = 1}, 10s, [&told, n](const Answered& answered) {
      check_told(answered, n, 1);
      ++told;
    });
  CHECK(stage.until([&] { return told == 8; }));
  CHECK(hoarder.most == 2);
}

TEST_CASE("a device that bears it is asked for all of its spans at once") {
  Hoarder hoarder{.batch = 1};
  Stage stage{[&](const Query& query, Session& session) { hoarder.take(query, session); }};
  const auto profiles = library("quirks: {pipeline: 3}\n");
  Unit unit{stage, profiles, 7};
  unit.identify();
  hoarder.batch = 3;
  const auto readings = unit.read(10s);
  REQUIRE(readings.has_value());
  CHECK((*readings)[0].value == 10);
  CHECK((*readings)[1].value == 50);
  CHECK((*readings)[2].value == 90);
  CHECK(hoarder.most == 3);
}

TEST_CASE("a strange answer among several under way costs the one it is for, the others are asked again") {
  std::vector<Query> held;
  Stage stage{[&](const Query& query, Session& session) {
    if (session.number > 1) return session.send(query.good());
    held.push_back(query);
    if (held.size() < 3) return;
    auto strange = held[1].good();
    strange[6] = 99;
    session.send(strange);
  }};
  stage.connection->suit(7, {.pipeline = 3});
  std::vector<std::optional<Answered>> told(3);
  for (std::uint16_t n = 0; n < 3; ++n)
    stage.begin_ask({.unit = 7, .address = n, .count = 1}, 10s, [&told, n](Answered answered) { told[n].emplace(std::move(answered)); });
  CHECK(stage.until([&] { return told[0] && told[1] && told[2]; }));
  check_told(*told[0], 0, 1);
  check_told(*told[2], 2, 1);
  REQUIRE(told[1]->has_error());
  CHECK(told[1]->error().kind == FailureKind::malformed);
  CHECK(stage.counters().again == 2);
}

TEST_CASE("a connection that the device closed while idle is dialled again without a failure") {
  Stage stage{[](const Query& query, Session& session) { session.send(query.good()); }};
  for (int n = 1; n <= 3; ++n) {
    check_told(stage.ask(10s));
    stage.peer.close_all();
    CHECK(stage.until([&] { return stage.counters().idle_closes == static_cast<std::uint64_t>(n); }));
  }
  check_told(stage.ask(10s));
  CHECK(stage.peer.connections() == 4);
  CHECK(stage.counters().lost == 0);
}

TEST_CASE("a question that meets a connection just dropped is asked again over a new one, within its deadline") {
  const bool reset = GENERATE(false, true);
  Stage stage{[&](const Query& query, Session& session) {
    if (session.asked == 1) return session.send(query.good());
    reset ? session.reset() : session.close();
  }};
  for (int n = 1; n <= 5; ++n) check_told(stage.ask(10s));
  CHECK(stage.counters().again == 4);
  CHECK(stage.counters().connects == 5);
}

TEST_CASE("nothing is asked a third time") {
  Stage stage{[](const Query& query, Session& session) {
    if (query.address() == 40) return session.send(query.good());
    session.close();
  }};
  check_told(stage.ask(10s));
  const Answered answered = stage.ask(10s, {.unit = 7, .address = 99, .count = 1});
  REQUIRE(answered.has_error());
  CHECK(answered.error().kind == FailureKind::refused);
  CHECK(stage.counters().requests == 3);
  check_told(stage.ask(10s));  // it hangs up at that question, and bears others at once
}

TEST_CASE("an idle connection is kept alive by the kernel") {
  Stage stage{[](const Query& query, Session& session) { session.send(query.good()); }};
  check_told(stage.ask(10s));
  std::ostringstream port;
  port << ":" << std::uppercase << std::hex << stage.peer.endpoint().port();
  // man 5 proc, net/tcp: sl local remote st tx:rx tr:when; state 01 is established, timer 02 is the keep-alive's.
  const auto kept_alive = [&] {
    std::ifstream table{"/proc/net/tcp"};
    for (std::string line; std::getline(table, line);) {
      std::istringstream words{line};
      std::string slot, local, remote, state, queues, timer;
      words >> slot >> local >> remote >> state >> queues >> timer;
      if (remote.ends_with(port.str()) && state == "01") return timer.starts_with("02:");
    }
    return false;
  };
  CHECK(stage.until(kept_alive));
}

TEST_CASE("a connection is left alone between two requests, and before its first") {
  std::vector<ground::Instant> asked;
  Stage stage{[&](const Query& query, Session& session) {
    asked.push_back(ground::clock::now());
    session.send(query.good());
  }};
  stage.connection->suit(1, {.pipeline = 4, .between_requests = 30ms, .after_connect = {}});
  stage.connection->suit(2, {.pipeline = 4, .between_requests = 10ms, .after_connect = 60ms});
  const auto begun = ground::clock::now();
  int told = 0;
  for (std::uint8_t n = 0; n < 6; ++n)
    stage.begin_ask({.unit = static_cast<std::uint8_t>(1 + n % 2), .address = n, .count = 1}, 10s, [&told, n](const Answered& answered) {
      check_told(answered, n, 1);
      ++told;
    });
  CHECK(stage.until([&] { return told == 6; }));
  REQUIRE(asked.size() == 6);
  CHECK(asked.front() - begun >= 60ms);
  CHECK(asked.back() - asked.front() >= 5 * 30ms - 5ms);  // from leaving to leaving; the ways there differ
}

TEST_CASE("a pause after connecting that outlasts a question does not cost the connection") {
  Stage stage{[](const Query& query, Session& session) { session.send(query.good()); }};
  stage.connection->suit(7, {.pipeline = 1, .between_requests = {}, .after_connect = 300ms});
  const Answered early = stage.ask(50ms);
  REQUIRE(early.has_error());
  CHECK(early.error().kind == FailureKind::timeout);
  check_told(stage.ask(10s));
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("who refuses is dialled with growing pauses and again at once after an answer") {
  Stage stage{[](const Query& query, Session& session) { session.send(query.good()); }, {.first_pause = 20ms, .longest_pause = 80ms}};
  check_told(stage.ask(10s));
  stage.peer.stop_listening();
  stage.peer.close_all();
  CHECK(stage.until([&] { return stage.counters().idle_closes == 1; }));
  struct Attempt {
    ground::Instant before, after;
  };
  std::vector<Attempt> failures;
  CHECK(stage.until([&] {
    const auto failed = stage.counters().connect_failures;
    const auto before = ground::clock::now();
    const Answered answered = stage.ask(1s);
    CHECK_THAT(answered.error().what, ContainsSubstring("limit of connections"));
    if (stage.counters().connect_failures > failed) failures.push_back({before, ground::clock::now()});
    return failures.size() == 5;
  }));
  CHECK(failures[1].after - failures[0].before >= 20ms);
  CHECK(failures[2].after - failures[1].before >= 40ms);
  CHECK(failures[3].after - failures[2].before >= 80ms);
  stage.peer.listen_again();
  CHECK(stage.until([&] { return stage.ask(1s).has_value(); }));
  stage.peer.stop_listening();
  stage.peer.close_all();
  CHECK(stage.until([&] { return stage.counters().idle_closes == 2; }));
  const auto begun = ground::clock::now();
  CHECK(stage.ask(1s).has_error());
  const auto again = stage.counters().connect_failures;
  CHECK(stage.until([&] { return stage.ask(1s).has_error() && stage.counters().connect_failures > again; }));
  CHECK(ground::clock::now() - begun >= 20ms);
}

TEST_CASE("a unit that is busy is asked again a moment later, and its neighbours meanwhile") {
  int busy = 2;
  Stage stage{[&](const Query& query, Session& session) {
    session.send(query.unit() == 7 && busy-- > 0 ? query.exception(busy ? 5 : 6) : query.good());
  }};
  std::optional<Answered> told;
  stage.begin_ask({.unit = 7, .address = 40, .count = 10}, 10s, [&](Answered answered) { told.emplace(std::move(answered)); });
  int beside = 0;
  while (!told) beside += stage.ask(10s, {.unit = 8, .address = 1, .count = 1}).has_value();
  check_told(*told);
  CHECK(beside > 0);
  CHECK(stage.counters().busy == 2);
}

TEST_CASE("what a busy unit does not tell by the deadline is failed, with the reason beside it, and not absent") {
  Stage stage{[](const Query& query, Session& session) { session.send(query.address() == 50 ? query.exception(6) : query.good()); }};
  const auto profiles = library("");
  Unit unit{stage, profiles, 7};
  unit.identify();
  const auto readings = unit.read(150ms);
  REQUIRE(readings.has_value());
  CHECK((*readings)[0].quality == ground::Quality::good);
  CHECK((*readings)[1].quality == ground::Quality::failed);
  CHECK(unit.raw[1] == "exception 6, server device busy");
}

TEST_CASE("a unit that is busy with everything is no silent one") {
  bool busy = false;
  Stage stage{[&](const Query& query, Session& session) { session.send(busy ? query.exception(5) : query.good()); }};
  const auto profiles = library("");
  Unit unit{stage, profiles, 7};
  unit.identify();
  busy = true;
  const auto readings = unit.read(100ms);
  REQUIRE(readings.has_value());
  for (const auto& reading : *readings) CHECK(reading.quality == ground::Quality::failed);
  CHECK(unit.raw[0] == "exception 5, acknowledge, answer later");
}

TEST_CASE("a unit that was busy, and then silent to the deadline, was busy") {
  Stage stage{[](const Query& query, Session& session) {
    if (session.asked == 1) session.send(query.exception(6));
  }};
  const Answered answered = stage.ask(100ms);
  REQUIRE(answered.has_value());
  CHECK(answered->answer.exception == 6);
  CHECK(stage.counters().requests == 2);
}

TEST_CASE("what a gateway cannot reach is the unit's silence, one question long, and no neighbour's") {
  const std::uint8_t code = GENERATE(10, 11);
  bool gone = false;
  int asked = 0;
  Stage stage{[&](const Query& query, Session& session) {
    asked += query.unit() == 7;
    session.send(gone && query.unit() == 7 ? query.exception(code) : query.good());
  }};
  const auto profiles = library("");
  Unit unit{stage, profiles, 7}, other{stage, profiles, 8};
  unit.identify();
  other.identify();
  gone = true;
  asked = 0;
  const auto readings = unit.read(10s);
  REQUIRE(readings.has_error());
  CHECK(readings.error().kind == FailureKind::timeout);
  CHECK_THAT(readings.error().what, ContainsSubstring(code == 10 ? "gateway path unavailable" : "gateway target did not respond"));
  CHECK(asked == 1);
  const auto beside = other.read(10s);
  REQUIRE(beside.has_value());
  CHECK((*beside)[2].quality == ground::Quality::good);
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("a device failure is neither an absent register nor a silence") {
  bool failing = false;
  Stage stage{[&](const Query& query, Session& session) { session.send(failing ? query.exception(4) : query.good()); }};
  const auto profiles = library("");
  Unit unit{stage, profiles, 7};
  unit.identify();
  failing = true;
  const auto readings = unit.read(10s);
  REQUIRE(readings.has_error());
  CHECK(readings.error().kind == FailureKind::refused);
  CHECK_THAT(readings.error().what, ContainsSubstring("exception 4, server device failure"));
}

TEST_CASE("a unit that never answers leaves its neighbours on the connection four of five polls") {
  Stage stage{[](const Query& query, Session& session) {
    if (query.unit() != 0) session.send(query.good());
  }};
  CHECK(share_beside_a_mute_unit(stage) >= 0.8);
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("neighbours keep four of five polls behind a gateway that waits for its mute unit, too") {
  auto free_at = ground::Instant::min();
  Stage stage{[&](const Query& query, Session& session) {  // one by one, and 300 ms for whom it does not reach
    const auto now = ground::clock::now();
    const bool mute = query.unit() == 0;
    free_at = std::max(free_at, now) + (mute ? 300ms : 1ms);
    session.send_later(mute ? query.exception(11) : query.good(), std::chrono::ceil<std::chrono::milliseconds>(free_at - now));
  }};
  CHECK(share_beside_a_mute_unit(stage) >= 0.8);
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("a unit that returns after a long silence is heard again soon") {
  bool returned = false;
  Stage stage{[&](const Query& query, Session& session) {
    if (query.unit() == 1 || returned) session.send(query.good());
  }};
  const Question living{.unit = 1, .address = 40, .count = 10};
  check_told(stage.ask(10s, living));
  for (int n = 0; n < 10; ++n) {
    CHECK(stage.ask(30ms).has_error());
    check_told(stage.ask(10s, living));
  }
  CHECK(stage.counters().requests < 21);  // some of the ten were not put
  returned = true;
  CHECK(stage.until([&] { return stage.ask(30ms).has_value(); }));
  CHECK(stage.counters().connects == 1);
}

TEST_CASE("a mute unit does not cost its neighbours the connection, a mute peer is dialled anew") {
  bool all_mute = false;
  Stage stage{[&](const Query& query, Session& session) {
                if (query.unit() == 1 && !all_mute) session.send(query.good());
              },
              {.shared_mute_time = 100ms}};
  const Question living{.unit = 1, .address = 40, .count = 10};
  check_told(stage.ask(10s, living));
  for (int n = 0; n < 6; ++n) CHECK(stage.ask(30ms).has_error());
  CHECK(stage.counters().cut == 0);
  all_mute = true;
  CHECK(stage.until([&] { return stage.ask(30ms, living).has_error() && stage.counters().cut == 1; }));
  all_mute = false;
  check_told(stage.ask(10s, living));
  CHECK(stage.counters().connects == 2);
}

TEST_CASE("what was dropped stays counted when its connection is gone") {
  boost::asio::io_context io;
  Peer peer{io, Manner::wrong_unit};
  const auto profiles = library("");
  drivers::Opener opener{io, profiles, 1};
  const auto address = drivers::parse_address("modbus://127.0.0.1:" + std::to_string(peer.endpoint().port()) + "/7");
  REQUIRE(address.has_value());
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const auto device = opener.open({.address = *address, .profile = "small"});
    REQUIRE(device.has_value());
    CHECK(run(io, (*device)->identify(in(10s))).has_error());
    std::map<std::string, std::uint64_t> dropped;
    opener.add_dropped(dropped);
    CHECK(dropped.at("modbus_wrong_unit") == n);
    CHECK(dropped.at("modbus_late") == 0);
    CHECK(dropped.at("modbus_cut") == 0);
    CHECK(dropped.at("modbus_wrong_byte_count") == 0);
  }
}
