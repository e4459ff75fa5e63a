#include <algorithm>
#include <map>

#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using detect::Meaning;
using ground::Instant;
using reading::TrapSays;

namespace {

// One PDU whose card measures anew every 4 s, and one neighbour; every question is answered after 1 ms. Tests call and look.
class Rack {
 public:
  explicit Rack(std::vector<record::Event> stored = {})
      : machine_{{.site = std::make_unique<const site::Site>(
                      detect::test::site_of(detect::test::pdus_only + "alerts: {webhook: [http://127.0.0.1:9/hook]}\n")),
                  .rules = {}}} {
    step(core::Started{.boot = "b", .seed = 1});
    step(core::Restored{.events = std::move(stored)});
  }

  void step(core::Input input) {
    auto effects = machine_.step({now_, 0s}, std::move(input));
    timer_ = effects.timer;
    posts_ += effects.posts.size();
    for (const auto& post : effects.posts)
      bodies_.push_back(post.body), pending_.emplace(now_, core::Delivered{post.target, post.token, true});
    for (auto& event : effects.events) events_.push_back(std::move(event));
    for (const auto& order : effects.orders) {
      if (order.device == 0 && order.kind == plan::Order::Kind::read) asked_.push_back(now_);
      pending_.emplace(now_ + 1ms, answer(order));
    }
  }

  void run(ground::Duration length) {
    for (const Instant end = now_ + length;;) {
      Instant next = timer_.value_or(Instant::max());
      if (!pending_.empty()) next = std::min(next, pending_.begin()->first);
      if (next > end) return void(now_ = end);
      now_ = std::max(now_, next);
      if (!pending_.empty() && pending_.begin()->first <= now_) {
        auto input = std::move(pending_.begin()->second);
        pending_.erase(pending_.begin());
        step(std::move(input));
      } else {
        timer_.reset();
        step(core::TimerDue{});
      }
    }
  }

  void call(std::optional<TrapSays> says, const std::string& trap = "1.3.6.1.4.1.99.0.1",
            core::Trap::Sender sender = core::Trap::Sender::known) {
    step(core::Traps{{{.device = 0,
                       .at = now_,
                       .message = {.trap = trap, .says = says, .part = {}, .index = {}, .varbinds = {{"1.3.6.1.4.1.99.1", "\x1b[31mred"}}},
                       .sender = sender}}});
  }

  core::Machine& machine() { return machine_; }
  Instant now() const { return now_; }
  const std::vector<record::Event>& events() const { return events_; }
  const std::vector<Instant>& asked() const { return asked_; }
  const std::vector<std::string>& bodies() const { return bodies_; }
  std::size_t count(const std::string& verdict) const {
    return static_cast<std::size_t>(std::count_if(events_.begin(), events_.end(), [&](const auto& e) { return e.verdict == verdict; }));
  }

 private:
  core::Input answer(const plan::Order& order) {
    if (order.kind == plan::Order::Kind::identify) {
      reading::Point point;
      point.metric = "rack_voltage_volts";
      point.means = Meaning::input_voltage;
      point.lane = reading::Lane::hot;
      point.refresh = 4s;
      return core::Identified{.device = order.device, .identity = {}, .points = {point}};
    }
    return core::Answered{.device = order.device,
                          .asked = now_,
                          .readings = {{.point = 0, .quality = ground::Quality::good, .value = 230, .time = now_, .uncertainty = 1ms}}};
  }

  core::Machine machine_;
  Instant now_{1000s};
  std::multimap<Instant, core::Input> pending_;
  std::optional<Instant> timer_;
  std::vector<record::Event> events_;
  std::vector<Instant> asked_;
  std::vector<std::string> bodies_;
  std::size_t posts_ = 0;
};

}  // namespace

TEST_CASE("a trap is told, asked about at once and again when an answer can know, and withdrawn in the same incident") {
  Rack rack;
  rack.run(10500ms);
  const auto called = rack.now();
  const auto before = rack.asked().size();
  rack.call(TrapSays::input_lost);
  REQUIRE(rack.machine().incidents().size() == 1);
  CHECK(rack.machine().incidents()[0].strength == detect::Strength::reported);
  const auto incident = rack.machine().incidents()[0].id;
  CHECK(!rack.bodies().empty());
  CHECK(rack.bodies().back().find("reported") != std::string::npos);
  REQUIRE(rack.asked().size() == before + 1);
  CHECK(rack.asked().back() == called);
  rack.run(3900ms);
  CHECK(rack.machine().incidents().size() == 1);
  rack.run(200ms);
  CHECK(rack.machine().incidents().empty());
  CHECK(std::count(rack.asked().begin(), rack.asked().end(), called + 4s + 1ms) == 1);
  for (const auto& event : rack.events())
    if (event.verdict == "pdu_dark" || event.verdict == "restored") CHECK(event.incident == incident);
  CHECK(rack.count("pdu_dark") == 2);
}

TEST_CASE("every trap is an event with numeric OIDs, known or not, and belongs to no incident") {
  Rack rack;
  rack.run(5s);
  rack.call(std::nullopt, "1.3.6.1.4.1.4711.0.9");
  REQUIRE(rack.count("trap") == 1);
  const auto& event = rack.events().back();
  CHECK(event.element == "device/pdu-a");
  CHECK(event.incident.empty());
  CHECK(event.strength == "reported");
  REQUIRE(event.evidence.size() == 2);
  CHECK(event.evidence[0].point == "trap 1.3.6.1.4.1.4711.0.9: no profile knows it");
  CHECK(event.evidence[1].point == "1.3.6.1.4.1.99.1 = \x1b[31mred");
  CHECK(record::to_json(event).find('\x1b') == std::string::npos);
  CHECK(rack.machine().incidents().empty());
  Rack later{rack.events()};
  CHECK(later.machine().incidents().empty());
}

TEST_CASE("the same trap again is written down every ten seconds at most, with a count of those between") {
  Rack rack;
  rack.run(5s);
  for (int i = 0; i < 50; ++i) rack.call(TrapSays::battery_low), rack.run(100ms);
  CHECK(rack.count("trap") == 1);
  rack.run(6s);
  rack.call(TrapSays::battery_low);
  REQUIRE(rack.count("trap") == 2);
  CHECK(rack.events().back().evidence[1].point == "49 more of these were not written down");
}

TEST_CASE("traps in a row ask their device at most ten times a second, and no other device more often") {
  Rack rack;
  rack.run(10s);
  const auto before = rack.asked().size();
  for (int i = 0; i < 1000; ++i) rack.call(TrapSays::battery_low), rack.run(1ms);
  const auto asked = rack.asked().size() - before;
  CHECK(asked >= 9);
  CHECK(asked <= 13);
}

TEST_CASE("of an address that several devices share nothing is reported, and they are asked") {
  Rack rack;
  rack.run(10500ms);
  const auto before = rack.asked().size();
  rack.call(TrapSays::input_lost, "1.3.6.1.4.1.99.0.1", core::Trap::Sender::one_of_several);
  CHECK(rack.machine().incidents().empty());
  CHECK(rack.asked().size() == before + 1);
  CHECK(rack.count("trap") == 1);
}

TEST_CASE("since when traps can be heard is written down once, also over restarts") {
  Rack rack;
  rack.step(core::Listening{"127.0.0.1:9162"});
  rack.step(core::Listening{"127.0.0.1:9162"});
  REQUIRE(rack.count("trap") == 1);
  CHECK(rack.events().back().element == "self");
  Rack later{rack.events()};
  later.step(core::Listening{"127.0.0.1:9162"});
  CHECK(later.count("trap") == 0);
}

TEST_CASE("a trap before the stored events were folded, or of a device that is not there, changes nothing") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(detect::test::pdus_only)), .rules = {}}};
  (void)machine.step({Instant{1s}, 0s}, core::Started{.boot = "b", .seed = 1});
  const core::Trap trap{
      .device = 0, .at = Instant{1s}, .message = {.trap = "1.3", .says = TrapSays::input_lost, .part = {}, .index = {}, .varbinds = {}}};
  CHECK(machine.step({Instant{1s}, 0s}, core::Traps{{trap}}).events.empty());
  (void)machine.step({Instant{1s}, 0s}, core::Restored{});
  auto elsewhere = trap;
  elsewhere.device = 77;
  CHECK(machine.step({Instant{1s}, 0s}, core::Traps{{elsewhere}}).events.empty());
}
