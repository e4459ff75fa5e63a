#include "losses.hpp"

#include <unistd.h>  // isatty

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>

#include "ground/clock/clock.hpp"
#include "holdup_daemon.hpp"

namespace holdup::bench {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;

constexpr Duration patience = 10s;
constexpr int losses_a_start = 2;  // of each cabinet; a third within ten minutes "comes and goes", and stays an incident

std::string element(int cabinet) { return "cab" + std::to_string(cabinet) + "/psu1"; }

/// What the listener heard, by element.
class Ear {
 public:
  explicit Ear(AlertListener& listener) : listener_{listener} {}

  /// Hears one more post; false: none came until then.
  bool hear(Instant until) {
    const auto arrival = listener_.next(until);
    if (!arrival) return false;
    if (arrival->path == "/limit") {
      limit_ = arrival->at;
      return true;
    }
    const auto body = json::parse(arrival->body);
    for (const auto& alert : body.as_array()) hear(alert, arrival->at);
    return true;
  }
  void forget(const std::string& element) { first_.erase(element), limit_.reset(); }
  void forget_all() { firing_.clear(); }
  [[nodiscard]] bool fires(const std::string& element) { return !firing_[element].empty(); }
  /// When an alert about it first came.
  [[nodiscard]] std::optional<Instant> first(const std::string& element) const {
    const auto at = first_.find(element);
    return at == first_.end() ? std::nullopt : std::optional{at->second};
  }
  [[nodiscard]] std::optional<Instant> limit() const { return limit_; }
  [[nodiscard]] const std::set<std::string>& strangers() const { return strangers_; }

 private:
  void hear(const json::value& alert, Instant at) {
    const std::string element{alert.at("labels").at("element").as_string()}, name{alert.at("labels").at("alertname").as_string()};
    const auto ends = ground::parse_iso8601(std::string{alert.at("endsAt").as_string()});
    if (!ends || *ends <= ground::utc(at, ground::clock::utc_offset())) return void(firing_[element].erase(name));
    if (!element.ends_with("/psu1")) strangers_.insert(name + " " + element);
    if (firing_[element].empty()) first_[element] = at;
    firing_[element].insert(name);
  }

  AlertListener& listener_;
  std::map<std::string, std::set<std::string>> firing_;  // element: alertnames
  std::map<std::string, Instant> first_;
  std::optional<Instant> limit_;
  std::set<std::string> strangers_;
};

class Collector {
 public:
  Collector(Lane& lane, AlertListener& listener, const LossPlan& plan)
      : lane_{lane}, plan_{plan}, webhook_{listener.port()}, ear_{listener}, chance_{plan.seed} {}

  Losses run() {
    const bool told_on = ::isatty(STDERR_FILENO) == 1;
    for (int n = 0; n < plan_.losses; ++n) {
      if (n % (losses_a_start * plan_.cabinets) == 0) start_holdup();
      lose_of_holdup(n % plan_.cabinets + 1);
      lose_of_limit();
      if (told_on) std::fprintf(stderr, "\r%d of %d losses ", n + 1, plan_.losses);
    }
    if (told_on) std::fprintf(stderr, "\r\033[K");
    losses_.strangers = ear_.strangers();
    return losses_;
  }

 private:
  Duration drawn(Duration below) { return Duration{std::uniform_int_distribution<std::int64_t>{0, below.count() - 1}(chance_)}; }
  void listen(Duration time) {
    for (const Instant until = ground::clock::now() + time; ear_.hear(until);) continue;
  }

  /// Anew, for lanes keep their phases as long as it runs, and these must not decide the outcome.
  void start_holdup() {
    daemon_.reset();
    listen(50ms);
    ear_.forget_all();
    daemon_.emplace(plan_.bin, lane_.site(), webhook_);
    lane_.started(*daemon_);
    listen(2s);  // the first answers of all its lanes are no part of a detection
  }

  void lose_of_holdup(int cabinet) {
    for (const auto deadline = ground::clock::now() + 60s; ear_.fires(element(cabinet));)
      if (!ear_.hear(deadline)) throw std::runtime_error{element(cabinet) + " was not restored within a minute; see " + daemon_->log()};
    lose(cabinet, losses_.holdup, [&] { return ear_.first(element(cabinet)); });
  }
  void lose_of_limit() {
    lane_.watch(drawn(lane_.period()));
    lose(plan_.cabinets + 1, losses_.limit, [&] { return ear_.limit(); });
  }

  template <class Told>
  void lose(int cabinet, std::vector<Loss>& losses, Told told) {
    listen(20ms + drawn(lane_.period()));
    ear_.forget(element(cabinet));
    const Instant lost = lane_.lose(cabinet);
    while (!told() && ear_.hear(lost + patience)) continue;
    const auto sign = lane_.sign(cabinet);
    if (!told())
      losses_.missed.push_back(element(cabinet) + (cabinet > plan_.cabinets ? " of the limit" : "") +
                               (sign ? "" : ", and its sign never passed"));
    else if (!sign || *sign > *told())
      ++losses_.by_another_sign;
    else
      losses.push_back({.told = *told() - lost, .own = *told() - *sign});
    if (cabinet <= plan_.cabinets) listen(lane_.stays());
    lane_.restore(cabinet);
  }

  Lane& lane_;
  const LossPlan& plan_;
  std::uint16_t webhook_;
  Ear ear_;
  std::mt19937_64 chance_;
  std::optional<HoldupDaemon> daemon_;
  Losses losses_;
};

/// Milliseconds, nearest rank.
class Ranks {
 public:
  Ranks(const std::vector<Loss>& losses, Duration Loss::*which) {
    for (const Loss& loss : losses) all_.push_back(loss.*which);
    std::ranges::sort(all_);
  }
  [[nodiscard]] double at(std::size_t per_mille) const { return ground::seconds(all_[(all_.size() * per_mille + 999) / 1000 - 1]) * 1000; }
  void print(const char* what, const char* whose) const {
    std::printf("%-24s %-8s %9.3f %9.3f %9.3f %9.3f\n", what, whose, at(500), at(990), at(999), at(1000));
  }

 private:
  std::vector<Duration> all_;
};

void print(const Losses& losses, const char* what, Duration Loss::*which, double p50_target) {
  const Ranks holdup{losses.holdup, which}, limit{losses.limit, which};
  holdup.print(what, "holdup");
  limit.print("", "limit");
  std::printf("%-24s %-8s %9.2f %9.2f   targets %g, 2\n", "", "ratio", holdup.at(500) / limit.at(500), holdup.at(990) / limit.at(990),
              p50_target);
}

}  // namespace

Losses collect_losses(Lane& lane, AlertListener& listener, const LossPlan& plan) { return Collector{lane, listener, plan}.run(); }

void print(const Losses& losses) {
  std::printf("%-24s %-8s %9s %9s %9s %9s\n", "milliseconds", "", "p50", "p99", "p99.9", "max");
  print(losses, "fault -> alert received", &Loss::told, 1.25);
  print(losses, "sign in hand -> alert", &Loss::own, 1.5);
  for (const auto& which : losses.missed) std::printf("not told within %g s: %s\n", ground::seconds(patience), which.c_str());
  if (losses.by_another_sign > 0) std::printf("%d losses told before their sign passed, left out\n", losses.by_another_sign);
  for (const auto& stranger : losses.strangers) std::printf("also alerted: %s\n", stranger.c_str());
}

}  // namespace holdup::bench
