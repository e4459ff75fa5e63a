#include "collector/serve/mirror.hpp"

#include <algorithm>

#include "catch.hpp"
#include "collector/serve/exposition.hpp"
#include "collector/serve/status_json.hpp"
#include "unit/collector/serve/small_rack.hpp"

using namespace holdup;
using namespace holdup::serve;
using namespace holdup::serve::test;
using namespace std::chrono_literals;
using reading::Meaning;

TEST_CASE("an event that comes again as durable is folded once and kept once") {
  auto mirror = ready_mirror(small_site());
  auto lost = event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"});
  Update update;
  update.events = {lost, event({.n = 2, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A", .phase = record::Phase::end}),
                   event({.n = 3, .verdict = "restored", .element = "feed/A", .cause = "feed/A", .phase = record::Phase::end})};
  tell(*mirror, update);
  lost.durable = true;
  Update again;
  again.events = {lost};
  tell(*mirror, again);
  CHECK(mirror->open().empty());  // the late acknowledgement opens nothing again
  REQUIRE(mirror->events_of("b00t-1") != nullptr);
  REQUIRE(mirror->events_of("b00t-1")->size() == 3);
  CHECK(mirror->events_of("b00t-1")->front().durable);
  CHECK_FALSE(mirror->events_of("b00t-1")->back().durable);
}

TEST_CASE("an incident that another takes in is closed into it") {
  auto mirror = ready_mirror(small_site());
  Update update;
  update.events = {event({.n = 1, .verdict = "supply_input_lost", .element = "cab1/psu1", .cause = "cab1/psu1"}),
                   event({.n = 2, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A", .incident = 2}),
                   event({.n = 3,
                          .verdict = "supply_input_lost",
                          .element = "cab1/psu1",
                          .cause = "feed/A",
                          .phase = record::Phase::update,
                          .incident = 2})};
  tell(*mirror, update);
  REQUIRE(mirror->open().size() == 1);
  CHECK(mirror->open().front().id == "b00t-2");
  REQUIRE(mirror->closed().size() == 1);
  CHECK(mirror->closed().front().into == "b00t-2");
}

TEST_CASE("a device is silent from the moment the core says so until it answers") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  CHECK(mirror->device(0).heard == noon);
  tell(*mirror, core.up("pdu-a", false, noon + 3s));
  CHECK(mirror->device(0).silent_since == noon + 3s);
  CHECK(mirror->device(0).heard == noon);
  tell(*mirror, core.reading("pdu-a", Meaning::input_voltage, 230, noon + 9s));
  CHECK_FALSE(mirror->device(0).silent_since);
}

TEST_CASE("what holdup says of a silent device is no word of the device") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, core.up("pdu-a", false, noon + 3s));
  tell(*mirror, core.own("holdup_device_poll_slowdown", "pdu-a", 1, noon + 4s));
  CHECK(mirror->device(0).silent_since == noon + 3s);
  CHECK(mirror->device(0).heard == noon);
}

TEST_CASE("what waits when the site changes is of the former one") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  auto smaller = core.site();
  smaller.devices.erase(smaller.devices.begin());  // pdu-a
  smaller.supplies[0].pdu.reset();
  smaller.supplies[0].status = 1;
  smaller.supplies[1].pdu = 0;
  smaller.supplies[1].status = 2;
  Inbox inbox;
  CHECK(inbox.put(core.all_good(noon)));  // the first that is heard of any device
  CHECK_FALSE(inbox.put(smaller));
  CHECK_FALSE(inbox.put(core.reading("pdu-b", Meaning::input_voltage, 231, noon + 1s)));
  mirror->apply(inbox.take());
  for (const auto& [series, value] : mirror->values()) CHECK(series.label("device") != "pdu-a");
  CHECK(mirror->device(0).heard == noon + 1s);
}

TEST_CASE("what a late answer tells of the past overwrites nothing newer and ends no silence") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, core.reading("pdu-a", Meaning::input_voltage, 231, noon + 2s));
  tell(*mirror, core.reading("pdu-a", Meaning::input_voltage, 0, noon + 1s));
  CHECK(mirror->device(0).heard == noon + 2s);
  for (const Value* value : mirror->device(0).meaningful)
    if (value->means == Meaning::input_voltage) CHECK(value->value == 231);
  tell(*mirror, core.up("pdu-a", false, noon + 6s));
  tell(*mirror, core.reading("pdu-a", Meaning::input_voltage, 229, noon + 4s));
  CHECK(mirror->device(0).silent_since == noon + 6s);
  for (const Value* value : mirror->device(0).meaningful)
    if (value->means == Meaning::input_voltage) CHECK(value->value == 229);
}

TEST_CASE("values of a device that is asked less often stay fresh for longer") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  const auto fresh_at = [&](ground::Instant now) {
    const auto& values = mirror->device(0).meaningful;
    return std::all_of(values.begin(), values.end(), [&](const Value* value) { return value->fresh(now); });
  };
  CHECK_FALSE(fresh_at(noon + 13s));
  Update update;
  update.rhythms = {{.device = 0, .periods = plan::Plan::Periods(mirror->device(0).values.size(), 4s)}};
  tell(*mirror, update);
  CHECK(fresh_at(noon + 13s));
  CHECK(fresh_at(noon + 14s));
  CHECK_FALSE(fresh_at(noon + 15s));
}

TEST_CASE("a warning stands until it is said to have ended") {
  auto mirror = ready_mirror(small_site());
  Update update;
  update.warnings = {{.name = "FanSlows", .element = "cab1/psu1", .severity = "warning", .summary = "slow", .since = {}, .firing = true}};
  tell(*mirror, update);
  REQUIRE(mirror->warnings().size() == 1);
  update.warnings.front().firing = false;
  tell(*mirror, update);
  CHECK(mirror->warnings().empty());
}

TEST_CASE("a reload drops the values of devices that are gone and keeps the others") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  auto smaller = core.site();
  smaller.devices.erase(smaller.devices.begin());  // pdu-a: every index moves
  smaller.supplies[0].pdu.reset();
  smaller.supplies[0].status = 1;
  smaller.supplies[1].pdu = 0;
  smaller.supplies[1].status = 2;
  News reload;
  reload.site = smaller;
  mirror->apply(std::move(reload));
  for (const auto& [series, value] : mirror->values()) CHECK(series.label("device") != "pdu-a");
  CHECK(mirror->device(0).heard == noon);
  CHECK(mirror->device(0).meaningful.size() == 2);
  tell(*mirror, core.reading("pdu-a", Meaning::input_voltage, 230, noon + 9s));  // a late sample of what is gone
  CHECK(mirror->device(0).heard == noon);
}

TEST_CASE("a full inbox drops the oldest samples, counts them and keeps events and names") {
  Teller core;
  Inbox inbox{10};
  CHECK(inbox.put(core.all_good(noon)));  // 12 samples in 4 batches, and who their devices are
  Update update = core.reading("pdu-a", Meaning::input_voltage, 225, noon + 1s);
  update.events = {event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"})};
  CHECK_FALSE(inbox.put(update));
  auto news = inbox.take();
  CHECK(news.dropped_samples == 4);
  CHECK(news.events.size() == 1);
  auto mirror = ready_mirror(core.site());
  mirror->apply(std::move(news));
  CHECK(mirror->dropped_samples() == 4);
  bool seen = false;
  for (const auto& [series, value] : mirror->values()) seen = seen || (value.at == noon + 1s && value.value == 225);
  CHECK(seen);  // its name was declared by a batch that was dropped
}

TEST_CASE("a few samples wake nobody, many do, what cannot wait does at once, and nobody is woken twice") {
  Teller core;
  Inbox inbox;
  const auto said = [&](Update update) { return inbox.put(std::move(update)); };
  std::size_t samples = 0;
  while (!said(core.reading("pdu-a", Meaning::input_voltage, 230, noon + 1s * samples))) REQUIRE(++samples < Inbox::few_samples);
  CHECK(samples + 1 == Inbox::few_samples);
  CHECK_FALSE(said({.events = {event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"})}}));
  CHECK(inbox.take().batches.size() == Inbox::few_samples);
  CHECK_FALSE(said(core.reading("pdu-a", Meaning::input_voltage, 230, noon + 2h)));
  CHECK(said({.events = {event({.n = 2, .verdict = "feed_lost", .element = "feed/B", .cause = "feed/B"})}}));
  CHECK_FALSE(inbox.put_acknowledged({}));
  (void)inbox.take();
  CHECK(said({.figures = OwnFigures{}}));
}

TEST_CASE("being ready waits for the past and for a store that works") {
  Mirror mirror{small_site()};
  CHECK(mirror.unready() == "reading what happened before the start");
  News news;
  news.restored_all = true;
  mirror.apply(std::move(news));
  CHECK(mirror.unready().empty());
  News trouble;
  trouble.store_trouble = "disk full";
  mirror.apply(std::move(trouble));
  CHECK(mirror.unready() == "the store is degraded: disk full");
  News over;
  over.store_trouble = "";
  mirror.apply(std::move(over));
  CHECK(mirror.unready().empty());
}

TEST_CASE("a trap belongs to no incident, tells when its device last called, and is kept among the last ones") {
  auto mirror = ready_mirror(small_site());
  CHECK_FALSE(mirror->last_trap("pdu-a"));
  const auto trap = [](int n, const std::string& element) {
    auto said = event({.n = n, .verdict = "trap", .element = element, .cause = element, .phase = record::Phase::end});
    said.incident.clear();
    return said;
  };
  Update update;
  update.events = {trap(1, "self"), trap(2, "device/pdu-a"), trap(3, "device/pdu-a")};
  tell(*mirror, update);
  for (auto& event : update.events) event.durable = true;
  tell(*mirror, update);
  CHECK(mirror->open().empty());
  CHECK(mirror->closed().empty());
  CHECK(mirror->listening_since());
  CHECK(mirror->last_trap("pdu-a"));
  CHECK_FALSE(mirror->last_trap("pdu-b"));
  REQUIRE(mirror->traps().size() == 2);
  CHECK(mirror->traps().back().durable);
  Update many;
  for (int n = 4; n < 2000; ++n) many.events.push_back(trap(n, "device/pdu-b"));
  tell(*mirror, many);
  CHECK(mirror->traps().size() == Mirror::most_traps);
}

TEST_CASE("the status says since when traps are listened for, and of each device when it last called") {
  auto site = small_site();
  const auto without = status_json(*ready_mirror(site), {noon, utc_offset});
  CHECK(without.find("\"traps\":null") != std::string::npos);
  site.traps_listen = "127.0.0.1:9162";
  auto mirror = ready_mirror(site);
  Update update;
  update.figures = OwnFigures{};
  update.figures->traps_endpoint = "127.0.0.1:9162";
  update.figures->traps_received = 3;
  update.figures->trap_reports_sent = 2;
  update.figures->dropped["traps_v3_wrong_digest"] = 4;
  auto called = event({.n = 1, .verdict = "trap", .element = "device/pdu-a", .cause = "device/pdu-a", .phase = record::Phase::end});
  update.events = {called};
  tell(*mirror, update);
  const auto with = status_json(*mirror, {noon, utc_offset});
  CHECK(with.find("\"last_trap\":\"" + ground::iso8601(called.time) + "\"") != std::string::npos);
  CHECK(with.find("\"last_trap\":null") != std::string::npos);
  CHECK(with.find("\"listening\":true") != std::string::npos);
  const auto text = exposition(*mirror, noon, Format::text);
  CHECK(text.find("holdup_last_trap_timestamp_seconds{device=\"pdu-a\"}") != std::string::npos);
  CHECK(text.find("holdup_last_trap_timestamp_seconds{device=\"pdu-b\"}") == std::string::npos);
  CHECK(text.find("holdup_traps_received_total 3") != std::string::npos);
  CHECK(text.find("holdup_trap_reports_sent_total 2") != std::string::npos);
  CHECK(text.find("holdup_dropped_total{what=\"traps_v3_wrong_digest\"} 4") != std::string::npos);
  CHECK(traps_json(*mirror).find("\"trap\"") != std::string::npos);
}
