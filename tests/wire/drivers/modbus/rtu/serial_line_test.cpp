#include "drivers/modbus/rtu/serial_line.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "bus.hpp"
#include "catch.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/profile/library.hpp"
#include "ground/clock/clock.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using namespace std::chrono_literals;
using ground::FailureKind;
using holdup::test::run;
using holdup::test::run_until;

namespace {

using Answered = ground::Result<modbus::Exchange>;

constexpr ground::Duration patient = 10s;  // what is malformed is known as soon as it came, late on a busy machine

/// Asks unit 1 again and again until told to stop, while the loop's own timer ticks.
struct Neighbour {
  bool stop = false;
  int good = 0, bad = 0, ticks = 0;
};
boost::asio::awaitable<void> keep_asking(std::shared_ptr<SerialLine> line, Neighbour& neighbour) {
  while (!neighbour.stop) {
    const modbus::Question question{.unit = 1, .address = 3, .count = 4};
    const Answered answered = co_await line->ask(question, ground::clock::now() + 10s);
    ++(answered && answered->answer.values == std::vector<std::uint16_t>{0x103, 0x104, 0x105, 0x106} ? neighbour.good : neighbour.bad);
  }
}
boost::asio::awaitable<void> tick(boost::asio::io_context& io, Neighbour& neighbour) {
  boost::asio::steady_timer timer{io};
  for (; !neighbour.stop; ++neighbour.ticks) {
    timer.expires_after(1ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

struct Bench {
  boost::asio::io_context io;
  Bus bus;
  std::shared_ptr<Figures> figures = std::make_shared<Figures>();
  std::shared_ptr<SerialLine> line;
  Neighbour neighbour;

  explicit Bench(std::map<std::uint8_t, Manner> units) : bus{std::move(units)} {
    line = std::make_shared<SerialLine>(io.get_executor(), drivers::SerialLine{.path = bus.path()}, figures);
  }
  ~Bench() {
    neighbour.stop = true;
    line.reset();
    io.restart();
    io.poll();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Answered ask(std::uint8_t unit, ground::Duration limit = 300ms, std::uint16_t address = 40) {
    return run(io, line->ask({.unit = unit, .address = address, .count = 10}, ground::clock::now() + limit));
  }
  void check_good(std::uint8_t unit, std::uint16_t address = 40) {
    const Answered answered = ask(unit, 10s, address);
    REQUIRE(answered);
    REQUIRE(answered->answer.exception == 0);
    REQUIRE(answered->answer.values.size() == 10);
    CHECK(answered->answer.values[3] == unit * 256 + address + 3);
    CHECK(answered->received > answered->sent);
  }
  FailureKind failure(std::uint8_t unit, ground::Duration limit = 300ms) {
    const Answered answered = ask(unit, limit);
    REQUIRE(answered.has_error());
    INFO(answered.error().what);
    return answered.error().kind;
  }
};

/// So many descriptors open that what is opened now lies far beyond what select() can watch.
class Crowd {
 public:
  Crowd() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    while (descriptors_.size() < 2000) {
      const int descriptor = ::eventfd(0, EFD_CLOEXEC);
      if (descriptor < 0) break;
      descriptors_.push_back(descriptor);
    }
  }
  ~Crowd() {
    for (const int descriptor : descriptors_) ::close(descriptor);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  [[nodiscard]] std::size_t size() const { return descriptors_.size(); }

 private:
  std::vector<int> descriptors_;
};

struct Case {
  Manner manner;
  bool answers;
  std::optional<FailureKind> kind = FailureKind::timeout;
};
const std::vector<Case> hostile{{Manner::wrong_unit, false},
                                {Manner::wrong_function, false},
                                {Manner::bad_crc, false, FailureKind::malformed},
                                {Manner::drip, false, std::nullopt},  // silence, or the shreds of two answers
                                {Manner::gaps, true},
                                {Manner::garbage, true},
                                {Manner::too_long, false, FailureKind::malformed},
                                {Manner::too_short, false, FailureKind::malformed},
                                {Manner::mute, false},
                                {Manner::exception, true},
                                {Manner::twice, true}};

/// Unit 7 misbehaves: what is said of it, and unit 1 is answered all the while.
void misbehave(const Case& one) {
  INFO(static_cast<int>(one.manner));
  Bench bench{{{1, Manner::good}, {7, one.manner}}};
  boost::asio::co_spawn(bench.io, keep_asking(bench.line, bench.neighbour), boost::asio::detached);
  boost::asio::co_spawn(bench.io, tick(bench.io, bench.neighbour), boost::asio::detached);
  for (int i = 0; i < 3; ++i) {
    const int before = bench.neighbour.good;
    if (one.answers)
      CHECK(bench.ask(7, 10s).has_value());
    else if (const auto kind = bench.failure(7, one.kind == FailureKind::malformed ? patient : 300ms); one.kind)
      CHECK(kind == *one.kind);
    REQUIRE(run_until(bench.io, [&] { return bench.neighbour.good > before; }));
  }
  CHECK(bench.neighbour.bad == 0);
  CHECK(bench.neighbour.ticks > 3);
  bench.neighbour.stop = true;
  bench.check_good(1);
}

}  // namespace

TEST_CASE("a unit on a serial line is asked again and again") {
  Bench bench{{{1, Manner::good}, {2, Manner::good}}};
  for (int i = 0; i < 50; ++i) bench.check_good(i % 2 ? 1 : 2);
  CHECK(bench.figures->requests == 50);
  CHECK(bench.figures->answers == 50);
  CHECK(bench.figures->opens == 1);
  CHECK(bench.figures->busy_ns > 0);
}

TEST_CASE("3.5 characters of silence stand ahead of every question") {
  Bench bench{{{1, Manner::good}, {2, Manner::good}}};
  for (int i = 0; i < 20; ++i) bench.check_good(i % 2 ? 1 : 2);
  CHECK(bench.bus.shortest_silence() >= 2005us);
}

TEST_CASE("while a unit of a serial line misbehaves, the line's others are answered and the loop goes on") {
  misbehave(GENERATE(from_range(hostile)));
}

TEST_CASE("with 2000 descriptors open a serial line works as before") {
  const Crowd crowd;
  REQUIRE(crowd.size() == 2000);
  for (const Case& one : hostile) misbehave(one);
}

TEST_CASE("each fault of a serial line is counted") {
  std::map<std::string, std::uint64_t> dropped;
  const auto faulty = [&](Manner manner, ground::Duration limit = 300ms) {
    Bench bench{{{1, Manner::good}, {7, manner}}};
    (void)bench.ask(7, limit);
    bench.check_good(1);
    dropped.clear();
    bench.figures->add_dropped(dropped);
  };
  faulty(Manner::bad_crc, patient);
  CHECK(dropped["modbus_rtu_crc_errors"] == 1);
  faulty(Manner::wrong_unit);
  CHECK(dropped["modbus_rtu_wrong_unit"] == 1);
  CHECK(dropped["modbus_rtu_timeouts"] == 1);
  faulty(Manner::too_long, patient);
  CHECK(dropped["modbus_rtu_disagreeing"] == 1);
  faulty(Manner::garbage, patient);
  CHECK(dropped["modbus_rtu_stray_bytes"] >= 7);
  faulty(Manner::mute);
  CHECK(dropped["modbus_rtu_timeouts"] == 1);
  CHECK(dropped["modbus_rtu_reopenings"] == 0);
}

TEST_CASE("a line that hears itself is asked like any other") {
  Bench bench{{{1, Manner::good}, {7, Manner::mute}}};
  bench.bus.echo();
  for (int i = 0; i < 5; ++i) bench.check_good(1);
  CHECK(bench.failure(7) == FailureKind::timeout);
  CHECK(bench.figures->echoes == 6);
  CHECK(bench.figures->strays == 0);
}

TEST_CASE("over a serial line a late answer is never taken for the next one") {
  Bench bench{{{1, Manner::good}, {7, Manner::late}}};
  CHECK(bench.failure(7) == FailureKind::timeout);
  bench.check_good(7, 90);  // the answer to 40 comes meanwhile
  CHECK(bench.figures->late == 1);
  for (int i = 0; i < 5; ++i) bench.check_good(7, static_cast<std::uint16_t>(100 + i));
}

TEST_CASE("what noise put ahead of an answer does not make that the answer to the next question") {
  Bench bench{{{7, Manner::false_start}}};
  CHECK(bench.failure(7) == FailureKind::malformed);
  bench.check_good(7, 90);
  CHECK(bench.figures->late == 1);
}

TEST_CASE("a machine without descriptors fails the question, not the program, and has the line as soon as there are some") {
  Bench rehearsed{{{1, Manner::good}, {7, Manner::mute}}};  // UBSan needs a descriptor to judge a type that it has not met
  rehearsed.check_good(1);
  CHECK(rehearsed.failure(7) == FailureKind::timeout);
  Bench bench{{{1, Manner::good}}};
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto before = std::exchange(limit.rlim_cur, 3);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const FailureKind kind = bench.failure(1);
  limit.rlim_cur = before;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  CHECK(kind == FailureKind::machine);
  bench.check_good(1);
}

TEST_CASE("the same question after a time-out stands for the time since it was asked first") {
  Bench bench{{{7, Manner::late}}};
  const auto begun = ground::clock::now();
  CHECK(bench.failure(7) == FailureKind::timeout);
  const auto given_up = ground::clock::now();
  const Answered answered = bench.ask(7, 10s);
  REQUIRE(answered);
  CHECK(answered->sent >= begun);
  CHECK(answered->sent < given_up);
}

TEST_CASE("a line that is unplugged fails at once and comes back by itself under its path") {
  Bench bench{{{1, Manner::good}}};
  bench.check_good(1);
  bench.bus.unplug();
  REQUIRE(run_until(bench.io, [&] { return bench.figures->lost == 1; }));
  const Answered gone = bench.ask(1, 10s);
  REQUIRE(gone.has_error());
  CHECK(gone.error().kind != FailureKind::timeout);
  bench.bus.plug();
  REQUIRE(run_until(bench.io, [&] { return bench.ask(1, 10s).has_value(); }));
  bench.check_good(1);
  CHECK(bench.figures->opens == 2);
}

TEST_CASE("a question under way ends when the line is unplugged") {
  Bench bench{{{7, Manner::mute}}};
  std::optional<Answered> answered;
  boost::asio::co_spawn(bench.io, bench.line->ask({.unit = 7}, ground::clock::now() + 20s),
                        [&](std::exception_ptr, Answered outcome) { answered = std::move(outcome); });
  REQUIRE(run_until(bench.io, [&] { return bench.bus.asked(7) == 1; }));
  bench.bus.unplug();
  REQUIRE(run_until(bench.io, [&] { return answered.has_value(); }));
  REQUIRE(answered->has_error());
  CHECK(answered->error().kind == FailureKind::refused);
}

TEST_CASE("a line whose device file is not there at start is opened when it comes") {
  Bench bench{{{1, Manner::good}}};
  bench.bus.unplug();
  const Answered none = bench.ask(1, 10s);
  REQUIRE(none.has_error());
  CHECK(none.error().what.find("No such file") != std::string::npos);
  bench.bus.plug();
  CHECK(run_until(bench.io, [&] { return bench.ask(1, 10s).has_value(); }));
}

TEST_CASE("a line that another program holds is left to it, and said so") {
  Bench bench{{{1, Manner::good}}};
  const int other = ::open(bench.bus.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(::flock(other, LOCK_EX | LOCK_NB) == 0);
  const Answered refused = bench.ask(1, 10s);
  REQUIRE(refused.has_error());
  CHECK(refused.error().what.find("another program holds it") != std::string::npos);
  CHECK(bench.bus.came_in().empty());
  ::close(other);
  CHECK(run_until(bench.io, [&] { return bench.ask(1, 10s).has_value(); }));
}

TEST_CASE("dead units cost a living one turns, and never its place") {
  Bench bench{{{1, Manner::good}}};
  bench.check_good(1);
  std::vector<Neighbour> dead(15);
  const auto ask_dead = [](std::shared_ptr<SerialLine> line, std::uint8_t unit, Neighbour& count) -> boost::asio::awaitable<void> {
    while (!count.stop) {
      const modbus::Question question{.unit = unit};
      const Answered answered = co_await line->ask(question, ground::clock::now() + 10s);
      ++(answered ? count.good : count.bad);
    }
  };
  for (std::size_t i = 0; i < dead.size(); ++i)
    boost::asio::co_spawn(bench.io, ask_dead(bench.line, static_cast<std::uint8_t>(2 + i), dead[i]), boost::asio::detached);
  REQUIRE(run_until(bench.io, [&] { return bench.figures->requests > 1; }));
  for (int i = 0; i < 5; ++i) {
    const auto before = bench.figures->timeouts.load();
    bench.check_good(1);
    CHECK(bench.figures->timeouts - before <= 2);  // the one whose turn it was
  }
  for (auto& one : dead) one.stop = true;
}

TEST_CASE("libmodbus' RTU server is read by the driver, and sees no write") {
  boost::asio::io_context io;
  StockUnit unit{{10, 11, 12, 13, 14}};
  const auto line = std::make_shared<SerialLine>(io.get_executor(), drivers::SerialLine{.path = unit.path()}, std::make_shared<Figures>());
  const auto ask = [&](std::uint8_t which, std::uint16_t address, std::uint16_t count) {
    return run(io, line->ask({.unit = which, .address = address, .count = count}, ground::clock::now() + (which == 1 ? 10s : 200ms)));
  };
  for (int i = 0; i < 10; ++i) {
    const Answered good = ask(1, 1, 3);
    REQUIRE(good);
    CHECK(good->answer.values == std::vector<std::uint16_t>{11, 12, 13});
    const Answered beyond = ask(1, 3, 9);
    REQUIRE(beyond.has_value());
    CHECK(beyond->answer.exception == 2);
    if (i == 4) CHECK(ask(2, 0, 1).has_error());
  }
  CHECK(unit.reads() >= 20);
  CHECK(unit.writes() == 0);
}

TEST_CASE("a line goes while questions wait for it") {
  auto bench = std::make_unique<Bench>(std::map<std::uint8_t, Manner>{{7, Manner::mute}});
  for (int i = 0; i < 5; ++i) boost::asio::co_spawn(bench->io, keep_asking(bench->line, bench->neighbour), boost::asio::detached);
  REQUIRE(run_until(bench->io, [&] { return bench->figures->requests > 0; }));
  bench.reset();
}

TEST_CASE("a loop goes while questions are under way on its lines") {
  Bus bus{{{1, Manner::good}, {7, Manner::mute}}};
  for (int i = 0; i < 20; ++i) {
    boost::asio::io_context io;
    const auto figures = std::make_shared<Figures>();
    Neighbour neighbour;
    auto line = std::make_shared<SerialLine>(io.get_executor(), drivers::SerialLine{.path = bus.path()}, figures);
    for (int n = 0; n < 3; ++n) boost::asio::co_spawn(io, keep_asking(line, neighbour), boost::asio::detached);
    line.reset();
    REQUIRE(run_until(io, [&] { return neighbour.good > 0; }));
  }
}
