#include "collector/coverage/coverage.hpp"

#include "unit/collector/coverage/desk.hpp"

// What a planner is told before anything is installed, and an operator of what runs.

using namespace holdup;
using namespace holdup::coverage;
using namespace holdup::coverage::test;
using detect::Strength;
using detect::test::pdus_only;
using detect::test::two_feeds;

namespace {

using Strings = std::vector<std::string>;

const std::vector<reading::Point> bits{point(Meaning::supply_input_ok, 20ms), point(Meaning::supply_output_ok, 20ms)};
const std::vector<reading::Point> meters{point(Meaning::input_voltage, 1s, {}, "inlet"), point(Meaning::outlet_current, 1s, "3", "outlet"),
                                         point(Meaning::outlet_state, 1s, "3", "outlet")};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const Seen* seen_of(const Supply& supply, Loss loss) {
  for (const auto& seen : supply.seen)
    if (seen.loss == loss) return &seen;
  return nullptr;
}

}  // namespace

TEST_CASE("a status bit is as slow as its refresh, its poll and its answer together") {
  Desk desk{two_feeds};
  desk.tells("unit1", bits);
  const auto psu1 = desk.supply("cab1/psu1");
  const auto input = sign_of(psu1.signs, "its input bit");
  REQUIRE(input);
  CHECK(text(input->delay) == "refresh 20ms data sheet + poll 100ms data sheet + answer 50ms data sheet");
  CHECK(input->delay.worst() == 170ms);
  CHECK(input->delay.basis() == Basis::data_sheet);
  CHECK(input->proves == Strength::proven);
}

TEST_CASE("what was learned and answered stands in for the data sheet, and a slowed lane says so") {
  Desk desk{two_feeds};
  desk.tells("pdu-a", meters);
  auto& view = desk.view("pdu-a");
  view.known = DeviceView::Known::answers;
  view.learned = 10s;
  view.round_trip = 3ms;
  view.periods.assign(view.points.size(), 5s);
  const auto volts = sign_of(desk.supply("cab1/psu1").signs, "the PDU's inlet voltage");
  REQUIRE(volts);
  CHECK(text(volts->delay) == "refresh 10s measured + poll 5s measured + answer 3ms measured");
  CHECK(volts->delay.terms[1].why == "hot lane, slowed from 1s to half the learned refresh");
  view.learned = 500ms;  // the profile's word is the longer one
  CHECK(sign_of(desk.supply("cab1/psu1").signs, "the PDU's inlet voltage")->delay.terms[0].basis == Basis::data_sheet);
}

TEST_CASE("a refresh that nobody declared or learned makes the worst case unknown, not short") {
  Desk desk{two_feeds};
  desk.tells("unit1", {point(Meaning::supply_input_ok)});
  const auto psu1 = desk.supply("cab1/psu1");
  const auto delay = sign_of(psu1.signs, "its input bit")->delay;
  CHECK_FALSE(delay.worst());
  CHECK(delay.least() == 150ms);
  CHECK(delay.basis() == Basis::unknown);
  const auto* above = seen_of(psu1, Loss::above);
  REQUIRE(above != nullptr);
  CHECK(psu1.signs[above->first].source == "contact/wire1");  // 2 ms, and reported only
  CHECK(psu1.signs[above->surest].source == "device/unit1");
}

TEST_CASE("a device dies in silence: a poll, then three questions, more where time-outs are short") {
  Desk desk{two_feeds};
  for (const auto* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) desk.tells(pdu, meters);
  for (const auto* unit : {"unit1", "unit2"}) desk.tells(unit, bits);
  const auto taken = sign_of(desk.supply("cab1/psu1").signs, "the PDU's silence, with its load taken over");
  REQUIRE(taken);
  // At the sibling: 1 s refresh, 1 s poll, 500 ms answer, no longer than the silence.
  CHECK(text(taken->delay) == "poll 1s data sheet + silence 1500ms data sheet + siblings 0s data sheet");
  CHECK(taken->needs == Strings{"device/pdu-a", "switch/sw1", "device/pdu-b"});
  auto slow = desk.look().feeds.front();
  REQUIRE(slow.signs.size() == 2);
  CHECK(slow.signs[0].proves == Strength::probable);
  CHECK(slow.signs[0].delay.worst() == 2500ms);
  desk.view("pdu-a").timeout = 60ms;
  CHECK(text(sign_of(desk.supply("cab1/psu1").signs, "the PDU's silence, with its load taken over")->delay) ==
        "poll 1s data sheet + silence 1300ms data sheet + siblings 200ms data sheet");  // asked at 0, 60, 120, 180 ms, then on the grid
}

TEST_CASE("what counts on a condition is best only where nothing else shows the loss") {
  Desk desk{two_feeds};
  for (const auto* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) desk.tells(pdu, meters);
  const auto psu2 = desk.supply("cab1/psu2");
  const auto* above = seen_of(psu2, Loss::above);
  REQUIRE(above != nullptr);
  CHECK(psu2.signs[above->surest].what == "the PDU's silence, with its load taken over");  // by outlets' currents
  const auto* input = seen_of(psu2, Loss::input);
  REQUIRE(input);
  CHECK(psu2.signs[input->surest].what == "its outlet's current");
  desk.tells("pdu-a", {point(Meaning::input_voltage, 1s)});
  const auto alone = desk.supply("cab1/psu2");
  CHECK(alone.signs[seen_of(alone, Loss::above)->surest].what == "the PDU's inlet voltage");
}

TEST_CASE("where no outlet is metered the inlet stands for the only cord on its PDU, and for none of two") {
  const auto active = replaced(pdus_only, "cab1: {", "cab1: {sharing: active, ");
  const bool second = GENERATE(false, true);
  Desk desk{active + (second ? "  cab2: {supplies: {psu1: {cord: pdu-a/outlet/4}, psu2: {cord: pdu-b/outlet/4}}}\n" : "")};
  for (const auto* pdu : {"pdu-a", "pdu-b"})
    desk.tells(pdu, {point(Meaning::inlet_power, 1s, "", "inlet"), point(Meaning::phase_current, 1s, "1", "phase")});
  const auto sign = sign_of(desk.supply("cab1/psu1").signs, "its PDU's current, as its only cord");
  CHECK(sign.has_value() != second);
  CHECK((!sign || sign->proves == Strength::proven));
}

TEST_CASE("contacts are as slow as their wire: qualify, the flight of a pair, and a relay's own time that nobody knows") {
  Desk desk{replaced(two_feeds, "of: cab1/psu1}", "of: cab1/psu1, pair: 2, qualify: 5ms, flight: 30ms}")};
  const auto pair = sign_of(desk.supply("cab1/psu1").signs, "contact ac_ok, opto");
  REQUIRE(pair);
  CHECK(pair->delay.worst() == 35ms);
  CHECK(pair->proves == Strength::proven);
  Desk bare{replaced(two_feeds, "of: cab1/psu1}", "of: cab1/psu1, kind: relay}")};
  const auto psu1 = bare.supply("cab1/psu1");
  const auto relay = sign_of(psu1.signs, "contact ac_ok, relay");
  CHECK_FALSE(relay->delay.worst());
  CHECK(relay->proves == Strength::reported);
  CHECK(is_blind(psu1.blind, "unsupervised"));
}

TEST_CASE("row 11: what stands by at 0 A is seen by an input bit or an inlet voltage, else it is a blind spot") {
  const auto standby = replaced(pdus_only, "cab1: {", "cab1: {sharing: standby, ");
  Desk desk{standby};
  for (const auto* pdu : {"pdu-a", "pdu-b"}) desk.tells(pdu, {point(Meaning::outlet_current, 1s, "3", "outlet")});
  CHECK(is_blind(desk.supply("cab1/psu2").blind, "standby"));
  CHECK_FALSE(sign_of(desk.supply("cab1/psu2").signs, "its outlet's current"));
  desk.tells("pdu-b", meters);
  CHECK_FALSE(is_blind(desk.supply("cab1/psu2").blind, "standby"));
  CHECK(is_blind(desk.supply("cab1/psu2").blind, "input"));  // its cord may go all the same
}

TEST_CASE("a load of which nobody told how it shares proves nothing by a current") {
  Desk desk{pdus_only};
  for (const auto* pdu : {"pdu-a", "pdu-b"}) desk.tells(pdu, meters);
  const auto psu1 = desk.supply("cab1/psu1");
  CHECK(is_blind(psu1.blind, "sharing"));
  CHECK(sign_of(psu1.signs, "its outlet's current")->proves == Strength::unknown);
  Desk told{replaced(pdus_only, "cab1: {", "cab1: {sharing: active, ")};
  for (const auto* pdu : {"pdu-a", "pdu-b"}) told.tells(pdu, meters);
  CHECK_FALSE(is_blind(told.supply("cab1/psu1").blind, "sharing"));
  const auto current = sign_of(told.supply("cab1/psu1").signs, "its outlet's current");
  CHECK(current->proves == Strength::proven);
  // The sibling has to be measured after the last word of what fell, which may be a refresh old.
  CHECK(text(current->delay) == "refresh 1s data sheet + poll 1s data sheet + answer 500ms data sheet + siblings 1s data sheet");
}

TEST_CASE("what every sign needs is a single point of observation, and a wire beside the network is none") {
  Desk desk{replaced(two_feeds, "via: switch/sw1}\n  unit1: {url: modbus://192.0.2.4/1}",
                     "via: switch/sw1}\n  unit1: {url: modbus://192.0.2.4/1, via: switch/sw1}")};
  for (const auto* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) desk.tells(pdu, meters);
  for (const auto* unit : {"unit1", "unit2"}) desk.tells(unit, bits);
  CHECK(desk.supply("cab1/psu1").single_points.empty());  // the contact goes another way
  const auto psu2 = desk.supply("cab1/psu2");
  CHECK(psu2.single_points.empty());  // unit2 is not behind the switch
  const auto shelf = sign_of(psu2.signs, "its input bit");
  CHECK(shelf->needs == Strings{"device/unit2", "host 192.0.2.4", "self"});  // two units behind one address
  Desk blind{pdus_only};
  for (const auto* pdu : {"pdu-a", "pdu-b"}) blind.tells(pdu, meters);
  CHECK(blind.supply("cab1/psu1").single_points == Strings{"device/pdu-a", "switch/sw1"});
}

TEST_CASE("who alone sees the supply itself may lie unheard") {
  Desk desk{replaced(two_feeds, "contacts:\n  wire1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1}\n", "")};
  desk.tells("unit1", bits);
  CHECK(desk.supply("cab1/psu1").rests_on == "device/unit1");
  for (const auto* pdu : {"pdu-a", "pdu-b"}) desk.tells(pdu, meters);
  desk.tells("unit2", bits);
  CHECK(desk.supply("cab1/psu1").rests_on.empty());  // the current of its outlet, and its sibling's
}

TEST_CASE("one state for two supplies does not say which, a number each does") {
  Desk desk{replaced(two_feeds, "psu2: {cord: pdu-b/outlet/3, status: unit2}", "psu2: {cord: pdu-b/outlet/3, status: unit1}")};
  desk.tells("unit1", bits);
  CHECK(is_blind(desk.supply("cab1/psu2").blind, "shared_status"));
  desk.tells("unit1", {point(Meaning::supply_input_ok, 20ms, "1"), point(Meaning::supply_input_ok, 20ms, "2")});
  CHECK_FALSE(is_blind(desk.supply("cab1/psu2").blind, "shared_status"));
  desk.tells("unit1", {point(Meaning::supply_input_ok, 20ms, "1")});
  CHECK_FALSE(sign_of(desk.supply("cab1/psu2").signs, "its input bit"));
}

TEST_CASE("an output bit counts only beside an input bit, as the judge wants both") {
  Desk desk{two_feeds};
  desk.tells("unit2", {point(Meaning::supply_output_ok, 20ms)});
  const auto psu2 = desk.supply("cab1/psu2");
  CHECK_FALSE(sign_of(psu2.signs, "its output bit"));
}

TEST_CASE("nothing is called blind while it is not known what a device tells, and nothing covers what has no sensor") {
  Desk desk{pdus_only};
  CHECK(text(silent({.site = desk.site(), .devices = {desk.view("pdu-a")}}, 0)) == "poll unknown + silence 1500ms data sheet");
  const auto unknown = desk.supply("cab1/psu1");
  CHECK(unknown.unknown == Strings{"device/pdu-a"});
  CHECK_FALSE(is_blind(unknown.blind, "nothing"));
  for (const auto* pdu : {"pdu-a", "pdu-b"}) desk.tells(pdu, {point(Meaning::temperature)});
  const auto bare = desk.supply("cab1/psu1");
  CHECK(bare.signs.empty());
  CHECK(is_blind(bare.blind, "nothing"));
}

TEST_CASE("a feed with one PDU is never seen lost, and what is inside a load never is") {
  Desk desk{pdus_only};
  for (const auto* pdu : {"pdu-a", "pdu-b"}) desk.tells(pdu, meters);
  const auto all = desk.look();
  CHECK(all.feeds[0].signs.empty());
  CHECK(is_blind(all.feeds[0].blind, "single_pdu"));
  CHECK(all.loads[0].blind.front().text == "cache, controllers and LUN paths are not observed: this is its power only");
}

TEST_CASE("where only the profile is known a table's column may be any outlet's") {
  Desk desk{pdus_only};
  desk.tells("pdu-a", {point(Meaning::outlet_state, 1s, {}, "outlet")}, false);
  CHECK(sign_of(desk.supply("cab1/psu1").signs, "its outlet's state"));
  desk.tells("pdu-a", {point(Meaning::outlet_state, 1s, "4", "outlet")}, false);
  CHECK_FALSE(sign_of(desk.supply("cab1/psu1").signs, "its outlet's state"));
}
