#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <string>

#include "collector/forward/pump.hpp"
#include "ground/expect.hpp"
#include "tests/unit/collector/forward/memory_source.hpp"
#include "tests/unit/collector/forward/request_body.hpp"

// Fuzz target: a forwarder that begins at any durable cursor, be it damage, and goes on through answers, restarts, syncs that come late, a
// store that cannot be read or is another one. Whatever came before, it sends in order, its cursor never goes back by itself, and once
// receiver and store are well it comes to its end with every sample taken that nobody refused.
namespace {

using namespace holdup;
using namespace std::chrono_literals;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_{data}, end_{data + size} {}
  [[nodiscard]] bool done() const { return at_ == end_; }
  [[nodiscard]] std::uint8_t next() { return done() ? std::uint8_t{0} : *at_++; }
  [[nodiscard]] std::int64_t number() {
    std::uint64_t out = 0;
    for (int i = 0; i < 8; ++i) out = out << 8U | next();
    return static_cast<std::int64_t>(out);
  }

 private:
  const std::uint8_t *at_, *end_;
};

using Key = std::pair<std::string, std::int64_t>;  // series and time

class Rack {
 public:
  explicit Rack(Bytes& bytes) : bytes_{bytes} {
    target_.name = "t";
    target_.history = true;
    target_.max_samples = 1 + bytes.next() % 8;
    name_series();
    for (int count = bytes.next() % 16; count > 0; --count) record(ground::Quality::good);
    if (bytes.next() % 2 == 1) {
      const auto cursor = bytes.number();
      source_.keep("forward/t", cursor);
      std::erase_if(wanted_, [&](const Key& key) { return key.second / 1000 <= cursor; });
    }
    restart();
  }

  void step() {
    switch (bytes_.next() % 8) {
      case 0:
        return record(bytes_.next() % 4 == 0 ? ground::Quality::failed : ground::Quality::good);
      case 1:
        return source_.sync();
      case 2:
        source_.syncs = !source_.syncs;
        return;
      case 3:
        return restart();
      case 4:
        return be_another();
      case 5:
        now_ += std::chrono::seconds{bytes_.next()};
        return;
      case 6:
        source_.broken = !source_.broken;
        return;
      default:
        move(answer());
    }
  }

  void end_well() {
    source_.broken = false;
    source_.syncs = true;
    source_.sync();
    for (int moves = 0; source_.kept("t") != *source_.last_recorded(); ++moves) {
      HOLDUP_EXPECT(moves < 10'000);
      move(forward::Answer{.status = 204});
    }
    for (const Key& key : wanted_) HOLDUP_EXPECT(taken_.contains(key) || refused_.contains(key));
  }

 private:
  void name_series() {
    for (const char* metric : {"a", "b"}) rows_.push_back(source_.name(metric));
  }
  void record(ground::Quality quality) {
    ++seconds_, ++recorded_;
    forward::test::MemorySource::Commit commit;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto ms = 1000 * seconds_;
      commit.push_back({rows_[i], {quality == ground::Quality::good ? forward::test::good(ms, 1) : forward::test::bad(ms, quality)}});
      if (quality == ground::Quality::good) wanted_.insert({i == 0 ? "a" : "b", ms});
    }
    source_.add(std::move(commit));
  }
  void restart() {
    kept_ = std::numeric_limits<std::int64_t>::min();
    source_.forget();
    pump_ = std::make_unique<forward::Pump>(target_, source_, forward::Pump::Limits{.undurable = 20});
    pump_->begin();
  }
  void be_another() {
    source_.be_another_file();
    rows_.clear(), wanted_.clear();
    recorded_ = 0;
    kept_ = std::numeric_limits<std::int64_t>::min();
    name_series();
  }

  ground::Result<forward::Answer> answer() {
    switch (bytes_.next() % 8) {
      case 0:
        return forward::Answer{.status = 500};
      case 1:
        return forward::Answer{.status = 429, .retry_after = std::chrono::seconds{bytes_.next()}};
      case 2:
        return forward::Answer{.status = 400, .text = "label"};
      case 3:
        return forward::Answer{.status = 400, .text = "out of order sample"};
      case 4:
        return forward::Answer{.status = 401};
      case 5:
        return ground::Failure{ground::FailureKind::refused, "reset"};
      default:
        return forward::Answer{.status = 204};
    }
  }

  void move(const ground::Result<forward::Answer>& answer) {
    const auto move = pump_->next(now_);
    const auto kept = std::min(source_.kept("t"), recorded_);  // beyond is damage
    HOLDUP_EXPECT(kept >= kept_);
    kept_ = kept;
    if (!move.post) {
      HOLDUP_EXPECT(move.until >= now_);
      now_ = move.until;
      return;
    }
    for (const auto& [labels, samples] : forward::test::decode(*move.post)) {
      HOLDUP_EXPECT(!samples.empty() && std::ranges::is_sorted(samples, std::ranges::less_equal{}, &forward::Sample::time_ms));
      auto& into = answer && answer->status == 204 ? taken_ : answer && answer->status == 400 ? refused_ : unheard_;
      for (const auto& sample : samples) into.insert({labels.front().second, sample.time_ms});
    }
    pump_->answered(answer, now_);
  }

  Bytes& bytes_;
  forward::Target target_;
  forward::test::MemorySource source_;
  std::unique_ptr<forward::Pump> pump_;
  ground::Instant now_{1h};
  std::vector<std::int64_t> rows_;
  std::int64_t seconds_ = 0, recorded_ = 0, kept_ = 0;
  std::set<Key> wanted_, taken_, refused_, unheard_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes{data, size};
  Rack rack{bytes};
  while (!bytes.done()) rack.step();
  rack.end_well();
  return 0;
}
