#include "collector/forward/pump.hpp"

#include <functional>
#include <limits>
#include <set>
#include <utility>

#include "catch.hpp"
#include "memory_source.hpp"
#include "request_body.hpp"

using namespace holdup;
using namespace holdup::forward;
using namespace std::chrono_literals;
using test::at_ms;
using test::bad;
using test::good;

namespace {

/// A pump, its store, a receiver that judges every request, and a clock that only waiting moves.
struct Rig {
  using Judge = std::function<Answer(const std::vector<test::Decoded>&)>;

  explicit Rig(Target target = named()) : target{std::move(target)} { restart(); }
  static Target named() {
    Target target;
    target.name = "t";
    return target;
  }
  void restart(Pump::Limits limits = {}) { pump = std::make_unique<Pump>(target, source, limits); }
  /// Until nothing is left to send; the number of requests.
  int settle(int most = 100'000) {
    int requests = 0;
    for (int idle = 0; idle < 3 && requests < most;) {
      auto move = pump->next(now);
      if (!move.post) {
        now = std::max(now, move.until);
        idle = source.kept("t") == *source.last_recorded() ? idle + 1 : idle;
        if (waits++ > 1'000'000) throw std::runtime_error{"it waits for ever"};
        continue;
      }
      ++requests;
      const auto request = test::decode(*move.post);
      const Answer answer = judge(request);
      if (answer.status == 0) {
        pump->answered(ground::Failure{ground::FailureKind::refused, "reset"}, now);
        continue;
      }
      if (answer.status == 200) take(request);
      pump->answered(answer, now);
    }
    return requests;
  }
  void take(const std::vector<test::Decoded>& request) {
    for (const auto& series : request) {
      auto& all = held[test::text(series.labels)];
      all.insert(all.end(), series.samples.begin(), series.samples.end());
    }
  }
  std::string notes() {
    std::string out;
    for (const auto& note : pump->take_notes()) out += note.text + "\n";
    return out;
  }

  Target target;
  test::MemorySource source;
  std::unique_ptr<Pump> pump;
  Judge judge = [](const auto&) { return Answer{.status = 200}; };
  ground::Instant now{1h};
  test::Held held;
  int waits = 0;
};

std::string key(const std::string& metric) { return "__name__=" + metric + ",device=pdu-a,rack=r12"; }

/// Seconds from..to of one series, a commit a second.
void fill(test::MemorySource& source, std::int64_t row, int from, int to) {
  for (int i = from; i < to; ++i) source.add({{row, {good(i * 1000, i)}}});
}

std::vector<Sample> seconds(int from, int to) {
  std::vector<Sample> out;
  for (int i = from; i < to; ++i) out.push_back({i * 1000, bits_of(i)});
  return out;
}

}  // namespace

TEST_CASE("every sample is sent once, in order, and the cursor follows") {
  Rig rig;
  rig.target.max_samples = 7;
  rig.restart();
  rig.pump->begin();
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 100);
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(0, 100));
  CHECK(rig.source.kept("t") == 100);
  CHECK(rig.pump->figures().samples == 100);
  CHECK(rig.pump->figures().up);
  CHECK_FALSE(rig.pump->figures().waiting_since);
}

TEST_CASE("a durable cursor beyond the ends is put right at once, so that a restart before anything was sent skips nothing") {
  const std::int64_t damaged = GENERATE(std::int64_t{1} << 53, std::numeric_limits<std::int64_t>::min());
  Rig rig;
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 3);
  rig.source.keep("forward/t", damaged);
  rig.restart();
  rig.pump->begin();
  fill(rig.source, row, 3, 6);
  rig.restart();
  rig.pump->begin();
  rig.settle();
  CHECK(rig.held[key("a")] == (damaged > 0 ? seconds(3, 6) : seconds(0, 6)));
}

TEST_CASE("while the store cannot be read no cursor moves, for its file may be another one by now") {
  Rig rig;
  rig.target.history = true;
  rig.restart();
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 5);
  REQUIRE(rig.pump->next(rig.now).post);
  rig.source.broken = true;
  rig.source.be_another_file();
  rig.pump->answered(Answer{.status = 200}, rig.now);
  const auto move = rig.pump->next(rig.now);
  CHECK_FALSE(move.post);
  CHECK(move.until > rig.now);
  CHECK(rig.source.kept("t") == -1);
  fill(rig.source, rig.source.name("a"), 10, 20);
  rig.restart();
  rig.source.broken = false;
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(10, 20));
}

TEST_CASE("a new target begins with what comes, or with what is held") {
  const bool history = GENERATE(false, true);
  Rig rig;
  rig.target.history = history;
  rig.restart();
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 10);
  rig.pump->begin();
  CHECK(rig.source.kept("t") == (history ? 0 : 10));
  fill(rig.source, row, 10, 20);
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(history ? 0 : 10, 20));
}

TEST_CASE("after a restart it goes on behind the durable cursor") {
  Rig rig;
  rig.pump->begin();
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 5);
  rig.settle();
  fill(rig.source, row, 5, 9);
  rig.restart();
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(0, 9));
}

TEST_CASE("a cursor beyond all that was recorded is damage, and what is recorded from now on is sent") {
  Rig rig;
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 5);
  rig.source.keep("forward/t", std::numeric_limits<std::int64_t>::max());
  rig.pump->begin();
  fill(rig.source, row, 5, 9);
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(5, 9));
  CHECK(rig.source.kept("t") == 9);
}

TEST_CASE("a commit larger than a request is cut, a request is never larger") {
  Rig rig;
  rig.target.max_samples = 10;
  rig.restart();
  rig.pump->begin();
  test::MemorySource::Commit commit;
  for (int series = 0; series < 7; ++series) {
    auto& one = commit.emplace_back(store::Recorded{.series = rig.source.name("m" + std::to_string(series)), .points = {}});
    for (int i = 0; i < 23; ++i) one.points.push_back(good(i * 1000, i));
  }
  rig.source.add(commit);
  rig.judge = [](const auto& request) {
    std::size_t samples = 0;
    for (const auto& series : request) samples += series.samples.size();
    return Answer{.status = samples <= 10 ? 200 : 400};
  };
  CHECK(rig.settle() == 17);
  for (int series = 0; series < 7; ++series) CHECK(rig.held[key("m" + std::to_string(series))] == seconds(0, 23));
}

TEST_CASE("errors of the receiver and of the way are put again for ever, ever more seldom, and Retry-After is heard") {
  const int status = GENERATE(0, 100, 301, 401, 403, 404, 408, 429, 500, 503);
  CAPTURE(status);
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 3);
  std::vector<ground::Instant> times;
  rig.judge = [&](const auto&) {
    times.push_back(rig.now);
    return Answer{.status = times.size() > 60 ? 200 : status,
                  .text = "later",
                  .retry_after = times.size() == 5 ? std::optional<ground::Duration>{77s} : std::nullopt};
  };
  CHECK_FALSE(rig.pump->figures().up);
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(0, 3));
  const auto pause = [&](std::size_t i) { return times[i + 1] - times[i]; };
  const auto within = [](ground::Duration length, ground::Duration least, ground::Duration most) {
    return least <= length && length <= most;
  };
  CHECK(within(pause(0), 22ms, 30ms));
  CHECK(within(pause(1), 45ms, 60ms));
  CHECK(within(pause(4), status == 0 ? 360ms : 77s, status == 0 ? 480ms : 85s));
  CHECK(within(pause(39), 22s, 30s));
  CHECK(pause(39) != pause(40));
  CHECK(rig.pump->figures().retries == 60);
  CHECK(rig.pump->figures().set_aside == 0);
  CHECK_THAT(rig.notes(), ContainsSubstring("samples wait"));
}

TEST_CASE("racks that lost one receiver do not come back at once") {
  std::set<std::int64_t> pauses;
  for (int i = 0; i < 50; ++i) {
    auto target = Rig::named();
    target.labels = {{"rack", "r" + std::to_string(i)}};
    Rig rig{target};
    rig.pump->begin();
    fill(rig.source, rig.source.name("a"), 0, 1);
    REQUIRE(rig.pump->next(rig.now).post);
    rig.pump->answered(Answer{.status = 503, .retry_after = 60s}, rig.now);
    const auto until = rig.pump->next(rig.now).until - rig.now;
    CHECK(until >= 60s);
    CHECK(until <= 66s);
    pauses.insert(until / 1ms);
  }
  CHECK(pauses.size() > 40);
}

TEST_CASE("how long the oldest sample waits is known") {
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 100, 103);
  REQUIRE(rig.pump->next(rig.now).post);
  rig.pump->answered(ground::Failure{ground::FailureKind::timeout, "no answer"}, rig.now);
  auto figures = rig.pump->figures();
  CHECK_FALSE(figures.up);
  figures.look(at_ms(160'000));
  CHECK(figures.lag_seconds == 60);
  figures.look(at_ms(50'000));
  CHECK(figures.lag_seconds == 0);
}

TEST_CASE("a series that the receiver refuses costs only itself") {
  Rig rig;
  rig.pump->begin();
  for (int i = 0; i < 100; ++i) (void)rig.source.name("m" + std::to_string(i));
  for (int second = 0; second < 3; ++second) {
    test::MemorySource::Commit commit;
    for (int i = 0; i < 100; ++i) commit.push_back({i + 1, {good(second * 1000, second)}});
    rig.source.add(commit);
  }
  rig.judge = [](const auto& request) {
    for (const auto& series : request)
      if (series.labels.front().second == "m37") return Answer{.status = 400, .text = "bad label"};
    return Answer{.status = 200};
  };
  const int requests = rig.settle();
  CHECK(requests < 30);
  for (int i = 0; i < 100; ++i) CHECK(rig.held[key("m" + std::to_string(i))] == (i == 37 ? std::vector<Sample>{} : seconds(0, 3)));
  CHECK(rig.pump->figures().set_aside == 3);
  CHECK(rig.pump->figures().samples == 297);
  CHECK(rig.pump->figures().up);
  CHECK_THAT(rig.notes(),
             ContainsSubstring("3 samples set aside, the first: {__name__=\"m37\",device=\"pdu-a\",rack=\"r12\"}: 400 bad label"));
}

TEST_CASE("a sample that the receiver refuses costs only itself") {
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 100);
  rig.judge = [](const auto& request) {
    for (const auto& sample : request.front().samples)
      if (sample.time_ms == 42'000) return Answer{.status = 422};
    return Answer{.status = 200};
  };
  rig.settle();
  auto expected = seconds(0, 100);
  expected.erase(expected.begin() + 42);
  CHECK(rig.held[key("a")] == expected);
  CHECK(rig.pump->figures().set_aside == 1);
}

TEST_CASE("a receiver that refuses everything is not asked sample by sample for ever") {
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 50'000);
  rig.judge = [](const auto&) { return Answer{.status = 400, .text = "out of bounds"}; };
  CHECK(rig.settle() < 400);
  CHECK(rig.pump->figures().set_aside == 50'000);
  rig.judge = [](const auto&) { return Answer{.status = 200}; };
  rig.source.add({{1, {good(60'000'000, 1)}}});
  rig.settle();
  CHECK(rig.held[key("a")].size() == 1);
}

TEST_CASE("what was sent before a crash is not lost behind what the receiver has already") {
  // As Prometheus: a request with a sample older than the series' newest is refused as a whole, the newest may come twice.
  Rig rig;
  std::map<std::string, Sample> newest;
  rig.judge = [&](const auto& request) {
    auto after = newest;
    for (const auto& series : request)
      for (const auto& sample : series.samples) {
        auto [at, first] = after.try_emplace(test::text(series.labels), sample);
        if (!first && (sample.time_ms < at->second.time_ms || (sample.time_ms == at->second.time_ms && sample != at->second)))
          return Answer{.status = 400, .text = "out of order sample"};
        at->second = sample;
      }
    newest = after;
    return Answer{.status = 200};
  };
  rig.pump->begin();
  const auto row = rig.source.name("a"), other = rig.source.name("b");
  for (int i = 0; i < 20; ++i) rig.source.add({{row, {good(i * 1000, i), good(i * 1000 + 500, 7)}}, {other, {good(i * 1000, i)}}});
  rig.source.syncs = false;
  rig.settle();
  CHECK(rig.held[key("b")] == seconds(0, 20));
  for (int i = 20; i < 30; ++i) rig.source.add({{row, {good(i * 1000, i), good(i * 1000 + 500, 7)}}, {other, {good(i * 1000, i)}}});
  rig.restart();
  rig.settle();
  std::map<std::int64_t, int> times;
  for (const auto& sample : rig.held[key("b")]) ++times[sample.time_ms];
  CHECK(times.size() == 30);
  CHECK(rig.held[key("a")].size() >= 60);
  CHECK(rig.pump->figures().set_aside == 0);
  CHECK(rig.pump->figures().out_of_order > 0);
}

TEST_CASE("it does not run further ahead of the durable cursor than a crash may repeat") {
  Rig rig;
  rig.pump->begin();
  rig.source.sync();
  rig.source.syncs = false;
  fill(rig.source, rig.source.name("a"), 0, 100'000);
  std::size_t sent = 0;
  const auto stopped = [&] {
    for (;;) {
      const auto move = rig.pump->next(rig.now);
      if (!move.post && move.until > rig.now) return;
      if (!move.post) continue;
      sent += test::decode(*move.post).front().samples.size();
      rig.pump->answered(Answer{.status = 204}, rig.now);
    }
  };
  stopped();
  CHECK(sent == 30'000);
  rig.now += 300ms;
  stopped();
  CHECK(sent == 30'000);
  rig.source.sync();
  rig.now += 300ms;
  stopped();
  CHECK(sent == 60'000);
  rig.now += 11s;  // a store that cannot write
  stopped();
  CHECK(sent == 90'000);
}

TEST_CASE("a store that cannot be read is waited for, and said once") {
  Rig rig;
  rig.pump->begin();
  const auto row = rig.source.name("a");
  fill(rig.source, row, 0, 3);
  rig.source.broken = true;
  for (int i = 0; i < 5; ++i) {
    const auto move = rig.pump->next(rig.now);
    CHECK_FALSE(move.post);
    rig.now = move.until;
  }
  CHECK(rig.notes() == "target=t the store cannot be read: no such disk\n");
  rig.source.broken = false;
  rig.settle();
  CHECK(rig.held[key("a")] == seconds(0, 3));
}

TEST_CASE("a store that was set aside while we ran is followed by the new one from its beginning") {
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 10);
  rig.settle();
  rig.source.be_another_file();
  fill(rig.source, rig.source.name("b"), 10, 14);
  rig.settle();
  CHECK(rig.held[key("b")] == seconds(10, 14));
  CHECK(rig.source.kept("t") == 4);
}

TEST_CASE("a store that was set aside while a receiver is down is followed from its beginning, over a restart too") {
  const bool restarts = GENERATE(false, true);
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 10);
  const auto takes = std::exchange(rig.judge, [](const auto&) { return Answer{.status = 503}; });
  rig.settle(3);
  rig.source.be_another_file();
  fill(rig.source, rig.source.name("b"), 10, 14);
  rig.settle(3);
  CHECK(rig.source.kept("t") == 0);
  if (restarts) rig.restart();
  rig.judge = takes;
  rig.settle();
  CHECK(rig.held[key("a")] == (restarts ? seconds(0, 0) : seconds(0, 10)));
  CHECK(rig.held[key("b")] == seconds(10, 14));
  CHECK(rig.source.kept("t") == 4);
}

TEST_CASE("a store that is set aside while a slice of it is looked at lends no names to the other's samples") {
  Rig rig;
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 10);
  rig.source.before_naming = [&] {
    rig.source.be_another_file();
    fill(rig.source, rig.source.name("b"), 100, 104);
  };
  rig.settle();
  CHECK(rig.held[key("b")] == seconds(100, 104));
  CHECK(rig.source.kept("t") == 4);
}

TEST_CASE("slices that hold nothing for a target pass by") {
  Rig rig;
  rig.target.match = {"b"};
  rig.restart();
  rig.pump->begin();
  fill(rig.source, rig.source.name("a"), 0, 10'000);
  fill(rig.source, rig.source.name("b"), 10'000, 10'003);
  CHECK(rig.settle() == 1);
  CHECK(rig.held[key("b")] == seconds(10'000, 10'003));
  CHECK(rig.source.kept("t") == 10'003);
}
