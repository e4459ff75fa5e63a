#include "collector/core/learning.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::core;
using namespace std::chrono_literals;
using rules::AlertState;

namespace {

constexpr ground::Utc now{std::chrono::days{20'000}};

record::Series up(const std::string& device) { return {.name = "holdup_up", .labels = {{"device", device}, {"rack", "r12"}}}; }

record::Series part(const std::string& device, const std::string& supply, const std::string& serial) {
  return {
      .name = "holdup_part_info",
      .labels = {{"device", device}, {"model", "m" + serial}, {"part", "supply"}, {"rack", "r12"}, {"serial", serial}, {"supply", supply}}};
}

rules::Labels of(std::vector<rules::Label> labels) {
  labels.emplace_back("class", "alert");
  labels.emplace_back("severity", "critical");
  return rules::Labels{std::move(labels)};
}

rules::Transition firing(rules::Labels labels) {
  return {.alert = "hot", .labels = std::move(labels), .annotations = {}, .from = AlertState::pending, .to = AlertState::firing};
}

Learning week() {
  Learning out;
  out.last(7 * 24h);
  return out;
}

}  // namespace

TEST_CASE("a device that the store has known for a week pages, one that it has not is a ticket until then") {
  auto learning = week();
  learning.know({{up("old"), now - 8 * 24h}, {up("young"), now - 6 * 24h}});
  for (const auto* device : {"old", "young", "new"}) learning.meet(up(device), now);
  CHECK(!learning.until(of({{"device", "old"}}), now));
  CHECK(learning.until(of({{"device", "young"}}), now) == now + 24h);
  CHECK(learning.until(of({{"device", "new"}}), now) == now + 7 * 24h);
  CHECK(!learning.until(of({{"device", "young"}}), now + 24h));
  CHECK(!learning.until(of({{"feed", "A"}}), now));  // of a feed: since anything of the rack is known
}

TEST_CASE("what nobody has met yet is learned, and no length at all is no learning") {
  auto learning = week();
  CHECK(learning.until(of({{"device", "x"}}), now) == now + 7 * 24h);
  learning.last(0s);
  CHECK(!learning.until(of({{"device", "x"}}), now));
}

TEST_CASE("another serial number in the same place begins anew, after a restart too, the first one told does not") {
  auto learning = week();
  learning.know({{up("shelf"), now - 300 * 24h}, {part("shelf", "cab1/psu1", "A"), now - 40 * 24h}});
  learning.meet(up("shelf"), now);
  learning.meet(part("shelf", "cab1/psu1", "A"), now);
  learning.meet(part("shelf", "cab1/psu2", "C"), now);  // told for the first time, as after an update of holdup
  const auto psu1 = of({{"device", "shelf"}, {"supply", "cab1/psu1"}}), psu2 = of({{"device", "shelf"}, {"supply", "cab1/psu2"}});
  CHECK(!learning.until(psu1, now));
  CHECK(!learning.until(psu2, now));
  learning.meet(part("shelf", "cab1/psu1", "B"), now + 1h);
  CHECK(learning.until(psu1, now + 1h) == now + 1h + 7 * 24h);
  CHECK(!learning.until(psu2, now + 1h));

  auto restarted = week();
  restarted.know(
      {{up("shelf"), now - 300 * 24h}, {part("shelf", "cab1/psu1", "A"), now - 40 * 24h}, {part("shelf", "cab1/psu1", "B"), now}});
  restarted.meet(up("shelf"), now + 24h);
  restarted.meet(part("shelf", "cab1/psu1", "B"), now + 24h);
  CHECK(restarted.until(psu1, now + 24h) == now + 7 * 24h);
  restarted.meet(part("shelf", "cab1/psu1", "A"), now + 25h);  // and back again: known
  CHECK(!restarted.until(psu1, now + 25h));
}

TEST_CASE("an alert of what is learned is told as a ticket that says so, and ends as one") {
  auto learning = week();
  learning.meet(up("new"), now);
  const auto told = learning.told(firing(of({{"device", "new"}})), now);
  CHECK(told.labels.get("severity") == "warning");
  REQUIRE(told.annotations.size() == 1);
  CHECK(told.annotations[0].first == "learning");
  CHECK(told.annotations[0].second.starts_with("until " + ground::iso8601(now + 7 * 24h)));
  CHECK(learning.next_due() == now + 7 * 24h);
  auto end = firing(of({{"device", "new"}}));
  end.from = AlertState::firing, end.to = AlertState::inactive;
  CHECK(learning.told(end, now + 1h).labels.get("severity") == "warning");
  CHECK(!learning.next_due());
}

TEST_CASE("what still fires after its week becomes a page, once") {
  auto learning = week();
  learning.meet(up("new"), now);
  (void)learning.told(firing(of({{"device", "new"}})), now);
  CHECK(learning.take_learned(now + 7 * 24h - 1s).empty());
  const auto learned = learning.take_learned(now + 7 * 24h);
  REQUIRE(learned.size() == 1);
  const auto& [ticket, page] = learned[0];
  CHECK(ticket.labels.get("severity") == "warning");
  CHECK(ticket.to == AlertState::inactive);
  CHECK(ticket.from == AlertState::firing);
  CHECK(page.labels.get("severity") == "critical");
  CHECK(page.to == AlertState::firing);
  CHECK(page.annotations.empty());
  CHECK(learning.take_learned(now + 8 * 24h).empty());
  auto end = firing(of({{"device", "new"}}));
  end.from = AlertState::firing, end.to = AlertState::inactive;
  CHECK(learning.told(end, now + 8 * 24h).labels.get("severity") == "critical");
}

TEST_CASE("tickets, audits and rules without a class are told as they are") {
  auto learning = week();
  learning.meet(up("new"), now);
  for (const auto& labels : {rules::Labels{{{"device", "new"}, {"class", "ticket"}, {"severity", "warning"}}},
                             rules::Labels{{{"device", "new"}, {"severity", "critical"}}}}) {
    const auto told = learning.told(firing(labels), now);
    CHECK(told.labels == labels);
    CHECK(told.annotations.empty());
  }
  CHECK(!learning.next_due());
}
