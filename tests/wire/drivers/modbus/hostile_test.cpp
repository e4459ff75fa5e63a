#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <limits>
#include <map>
#include <vector>

#include "drivers/modbus/device.hpp"
#include "drivers/modbus/hosts.hpp"
#include "drivers/profile/library.hpp"
#include "stage.hpp"

// Peers that mean no good, one case each, and beside each a neighbour that is answered all the time: Stage holds that. The last case is all
// of them again, with 2,000 descriptors open.
using namespace holdup;
using namespace holdup::modbus;
using namespace holdup::modbus::test;
using namespace std::chrono_literals;
using ground::FailureKind;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Spoil = std::function<void(Bytes&)>;

/// A peer that spoils each answer costs one question a connection, as a fault of that name.
void check_closes(const Spoil& spoil, Fault fault) {
  Stage stage{[&](const Query& query, Session& session) {
    Bytes bytes = query.good();
    spoil(bytes);
    session.send(bytes);
  }};
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const Answered answered = stage.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::malformed);
    CHECK(stage.fault(fault) == n);
    CHECK(stage.counters().connects == n);
  }
  CHECK(stage.counters().answers == 0);
  CHECK(stage.neighbour_goes_on());
}

void lengths_that_lie() {
  for (const int length : {0, 1, 2, 22, 24, 255, 65535}) {  // 23 are right
    INFO(length);
    check_closes([&](Bytes& bytes) { bytes[4] = static_cast<std::uint8_t>(length >> 8), bytes[5] = static_cast<std::uint8_t>(length); },
                 Fault::length);
  }
}

void other_protocols() {
  for (const std::uint8_t protocol : {1, 2, 128, 255}) {
    check_closes([&](Bytes& bytes) { bytes[3] = protocol; }, Fault::protocol);
    check_closes([&](Bytes& bytes) { bytes[2] = protocol; }, Fault::protocol);
  }
}

void wrong_units_and_transactions() {
  for (const std::uint8_t unit : {0, 6, 8, 255}) check_closes([&](Bytes& bytes) { bytes[6] = unit; }, Fault::unit);
  for (const int ahead : {1, 2, 0x7FFF, 0xFFFF})
    check_closes(
        [&](Bytes& bytes) {
          const int transaction = (bytes[0] << 8 | bytes[1]) + ahead;
          bytes[0] = static_cast<std::uint8_t>(transaction >> 8), bytes[1] = static_cast<std::uint8_t>(transaction);
        },
        Fault::transaction);
}

void wrong_functions() {
  for (const std::uint8_t function : {0, 1, 2, 4, 6, 16, 0x2B, 0x83, 0xFF})
    check_closes([&](Bytes& bytes) { bytes[7] = function; }, Fault::function);
}

void byte_counts_that_lie() {
  for (int count = 0; count <= 255; ++count)
    if (count != 20) check_closes([&](Bytes& bytes) { bytes[8] = static_cast<std::uint8_t>(count); }, Fault::byte_count);
}

void byte_counts_that_keep_their_length() {
  for (const std::size_t count : {1u, 2u, 18u, 19u, 21u, 22u, 250u}) {
    INFO(count);
    check_closes(
        [&](Bytes& bytes) {
          bytes.resize(9 + count);
          bytes[5] = static_cast<std::uint8_t>(3 + count), bytes[8] = static_cast<std::uint8_t>(count);
        },
        Fault::length);
  }
}

/// An answer's tail that a reader by function code would take for a second one.
void smuggled_answers() {
  check_closes(
      [](Bytes& bytes) {
        const Bytes inner = bytes;
        bytes[5] = static_cast<std::uint8_t>(bytes[5] + inner.size());
        bytes.insert(bytes.end(), inner.begin(), inner.end());
      },
      Fault::length);
}

void exceptions_of_every_code() {
  std::uint8_t code = 0;
  Stage stage{[&](const Query& query, Session& session) { session.send(query.unit() == 7 ? query.exception(code) : query.good()); }};
  for (int n = 0; n <= 255; ++n) {
    code = static_cast<std::uint8_t>(n);
    INFO(n);
    const Answered answered = stage.ask(n == 5 || n == 6 ? ground::Duration{100ms} : ground::Duration{10s});
    REQUIRE(answered.has_value() == (n != 0));
    if (answered) CHECK(answered->answer.exception == code);
    check_told(stage.ask(10s, {.unit = 8, .address = 40, .count = 10}));
  }
  CHECK(stage.fault(Fault::function) == 1);
  CHECK(stage.counters().connects == 2);
  CHECK(stage.neighbour_goes_on());
}

/// One that comes a byte a second is cut at the deadline, wherever it is in its frame.
void dripping_answers() {
  for (const auto gap : {10ms, 1000ms}) {
    Stage stage{[&](const Query& query, Session& session) {
      session.send({query.bytes[0]});
      session.drip(Bytes{query.good()}, gap);
    }};
    const Answered answered = stage.ask(60ms);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::timeout);
    CHECK(stage.counters().cut == 1);
    CHECK(stage.neighbour_goes_on());
  }
}

void single_bytes_in_time() {
  Stage stage{[](const Query& query, Session& session) { session.drip(query.good(), 1ms); }};
  check_told(stage.ask(10s));
  CHECK(stage.neighbour_goes_on());
}

void two_answers_in_a_segment() {
  Bytes held;
  Stage stage{[&](const Query& query, Session& session) {
    const Bytes answer = query.good();
    held.insert(held.begin(), answer.begin(), answer.end());
    if (session.asked % 2 == 0) session.send(std::exchange(held, {}));
  }};
  stage.connection->suit(7, {.pipeline = 2});
  int told = 0;
  for (std::uint16_t n = 0; n < 8; ++n)
    stage.begin_ask({.unit = 7, .address = n, .count = 1}, 10s, [&told, n](const Answered& answered) {
      check_told(answered, n, 1);
      ++told;
    });
  CHECK(stage.until([&] { return told == 8; }));
  CHECK(stage.counters().connects == 1);
  CHECK(stage.neighbour_goes_on());
}

void doubled_answers() {
  Stage stage{[](const Query& query, Session& session) {
    Bytes twice = query.good();
    const Bytes once = twice;
    twice.insert(twice.end(), once.begin(), once.end());
    twice[once.size() + 9] = 0xEE;
    session.send(twice);
  }};
  for (std::uint64_t n = 1; n <= 5; ++n) {
    check_told(stage.ask(10s));
    CHECK(stage.counters().late == n);
  }
  CHECK(stage.counters().connects == 1);
  CHECK(stage.neighbour_goes_on());
}

/// Cut anywhere, and the end of the connection behind it.
void answers_cut_short() {
  for (std::size_t size = 1; size < 29; ++size) {
    INFO(size);
    Stage stage{[&](const Query& query, Session& session) {
      Bytes part = query.good();
      part.resize(size);
      session.send(part);
      session.close();
    }};
    const Answered answered = stage.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::refused);
    CHECK(stage.counters().answers == 0);
    CHECK(stage.neighbour_goes_on());
  }
}

void answers_nobody_asked_for() {
  Stage stage{[](const Query& query, Session& session) {
    session.send(query.good());
    Bytes next = query.good();
    ++next[1];
    session.send(next);
  }};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    check_told(stage.ask(10s));
    CHECK(stage.until([&] { return stage.fault(Fault::transaction) == n; }));
  }
  CHECK(stage.neighbour_goes_on());
}

/// Garbage without end, faster than anybody reads.
void floods() {
  Stage stage{[](const Query&, Session& session) { session.send(Bytes(60'000, 0)); }};
  for (int n = 0; n < 3; ++n) CHECK(stage.ask(10s).has_error());
  CHECK(stage.counters().faults != decltype(stage.counters().faults){});
  CHECK(stage.neighbour_goes_on());
}

void closes_at_once() {
  Stage stage{[](const Query&, Session& session) { session.close(); }};
  for (int n = 0; n < 3; ++n) {
    const Answered answered = stage.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::refused);
  }
  CHECK(stage.neighbour_goes_on());
}

void mute_peers() {
  Stage stage{[](const Query&, Session&) {}};
  for (int n = 0; n < 3; ++n) {
    const Answered answered = stage.ask(50ms);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::timeout);
  }
  CHECK(stage.counters().cut == 1);
  CHECK(stage.neighbour_goes_on());
}

profile::Library strange_registers() {
  const char* text = R"(profile: strange
protocol: modbus
registers:
  - {address: 0, type: f32, metric: rack_power_watts}
  - {address: 2, type: f32, words: little, metric: rack_voltage_volts}
  - {address: 4, sentinels: [65535], metric: rack_current_amperes}
  - {address: 5, metric: rack_temperature_celsius}
)";
  ground::Problems problems;
  auto loaded = profile::Library::load({{"strange.yaml", text}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  return loaded;
}

void registers_that_are_no_values() {
  const auto high = [](float value) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16); };
  const auto low = [](float value) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value)); };
  float number = 230.5F;
  std::uint16_t saturated = 7;
  Stage stage{[&](const Query& query, Session& session) {
    const std::vector<std::uint16_t> all{high(number), low(number), low(number), high(number), saturated, 21};
    const auto first = all.begin() + query.address();
    session.send(query.told({first, first + query.count()}));
  }};
  const auto profiles = strange_registers();
  modbus::Device device{stage.connection, 7, {profiles.find("strange")}};
  REQUIRE(run(stage.io, device.identify(in(10s))).has_value());
  const std::vector<std::uint32_t> points{0, 1, 2, 3};
  const auto read = [&] {
    const auto readings = run(stage.io, device.read({.points = points, .deadline = in(10s)}));
    REQUIRE(readings.has_value());
    REQUIRE(readings->size() == 4);
    CHECK((*readings)[3].value == 21);  // stuck, which one reading cannot know
    CHECK((*readings)[3].quality == ground::Quality::good);
    return *readings;
  };
  const auto good = read();
  CHECK(good[0].value == 230.5);
  CHECK(good[1].value == 230.5);
  CHECK(good[2].value == 7);
  saturated = 0xFFFF;
  for (const float none :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    number = none;
    const auto readings = read();
    for (const std::size_t i : {0u, 1u, 2u}) CHECK(readings[i].quality != ground::Quality::good);
    CHECK(readings[2].quality == ground::Quality::absent);
  }
  CHECK(stage.neighbour_goes_on());
}

/// Descriptors that nobody uses, so that all that come are above them.
class Descriptors {
 public:
  explicit Descriptors(int count) {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 8192));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int n = 0; n < count; ++n) open_.push_back(::eventfd(0, EFD_CLOEXEC));
    REQUIRE(open_.back() >= count);
  }
  ~Descriptors() {
    for (const int descriptor : open_) ::close(descriptor);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

 private:
  std::vector<int> open_;
};

}  // namespace

TEST_CASE("an MBAP length of 0, 1, 2, 255, 65535 or one beside the right one closes the connection") { lengths_that_lie(); }
TEST_CASE("a protocol id that is not 0 closes the connection") { other_protocols(); }
TEST_CASE("an answer of another unit, or of a transaction not asked, closes the connection") { wrong_units_and_transactions(); }
TEST_CASE("an answer of another function closes the connection") { wrong_functions(); }
TEST_CASE("a byte count of 0 to 255 that is not the one asked for closes the connection") { byte_counts_that_lie(); }
TEST_CASE("a byte count that is odd, short or long closes the connection, also where the length agrees with it") {
  byte_counts_that_keep_their_length();
}
TEST_CASE("an answer with a second one in its tail closes the connection") { smuggled_answers(); }
TEST_CASE("an exception of any code from 0 to 255 is an answer or a fault, and the next unit is answered") { exceptions_of_every_code(); }
TEST_CASE("an answer that comes a byte a second is cut at the deadline") { dripping_answers(); }
TEST_CASE("an answer of single bytes that comes in time is taken") { single_bytes_in_time(); }
TEST_CASE("two answers in one segment, in the wrong order, both find their requests") { two_answers_in_a_segment(); }
TEST_CASE("an answer told twice in one segment is taken once, as the first one said it") { doubled_answers(); }
TEST_CASE("an answer cut short at any byte by the end of its connection is none") { answers_cut_short(); }
TEST_CASE("an answer that nobody asked for closes the connection as soon as it comes") { answers_nobody_asked_for(); }
TEST_CASE("a flood of garbage closes the connection") { floods(); }
TEST_CASE("a peer that accepts and closes is refused, not waited for") { closes_at_once(); }
TEST_CASE("a peer that is mute costs its deadline") { mute_peers(); }
TEST_CASE("registers that are no number, infinite, swapped, saturated or stuck make no false reading") { registers_that_are_no_values(); }

TEST_CASE("with 2,000 descriptors open every hostile peer is met as before") {
  const Descriptors many{2000};
  for (const auto hostile :
       {lengths_that_lie, other_protocols, wrong_units_and_transactions, wrong_functions, byte_counts_that_keep_their_length,
        smuggled_answers, exceptions_of_every_code, dripping_answers, single_bytes_in_time, two_answers_in_a_segment, doubled_answers,
        answers_cut_short, answers_nobody_asked_for, floods, closes_at_once, mute_peers, registers_that_are_no_values})
    hostile();
}

TEST_CASE("2,000 connections dial without keeping their neighbour from its turns") {
  const Descriptors many{100};
  boost::asio::io_context io;
  Peer crowd{io, Manner::good}, good{io, Manner::good};
  const auto commons = std::make_shared<Commons>(io.get_executor());
  const auto neighbour = std::make_shared<Connection>(commons, good.endpoint());
  const Question question{.unit = 1, .address = 0, .count = 10};
  std::vector<std::shared_ptr<Connection>> all;
  int answered = 0, before_the_neighbour = -1;
  const auto ask = [&](std::shared_ptr<Connection> connection, auto heard) {
    boost::asio::co_spawn(io, connection->ask(question, in(20s)), [heard](std::exception_ptr, const Answered& told) {
      CHECK(told.has_value());
      heard();
    });
  };
  for (int n = 0; n < 2000; ++n)
    ask(all.emplace_back(std::make_shared<Connection>(commons, crowd.endpoint(), Connection::Options{.connect_limit = 20s})),
        [&] { ++answered; });
  ask(neighbour, [&] {
    before_the_neighbour = 0;
    ask(neighbour, [&] { before_the_neighbour = answered; });
  });
  CHECK(holdup::test::run_until(io, [&] { return answered == 2000 && before_the_neighbour >= 0; }));
  for (const auto& connection : all) {
    CHECK(connection->counters().connects == 1);
    connection->close();
  }
  neighbour->close();
  io.restart();
  io.poll();
}
