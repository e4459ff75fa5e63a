#include "hw-sim/agents/object_view.hpp"

#include <set>
#include <string>

#include "catch.hpp"
#include "hw-sim/agents/snmprec.hpp"

using namespace hwsim::agents;
using namespace std::chrono_literals;
using hwsim::scenario::FaultKind;
using hwsim::scenario::Laid;

namespace {

const std::string recording =
    "1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.9.1.1|2|11\n1.3.6.1.4.1.9.1.2|2|12\n1.3.6.1.4.1.9.1.3|2|13\n"
    "1.3.6.1.4.1.9.2.1|4|one\n1.3.6.1.4.1.9.2.2|4|two\n1.3.6.1.4.1.9.2.3|65|7\n1.3.6.1.4.1.9.2.4|70|8\n";

struct Bench {
  RecordedTable table{parse_snmprec(recording).objects};
  Moment moment{.uptime = 1h};
  RememberedValues remembered;

  void lay(FaultKind kind, Laid laid) { moment.laid[static_cast<std::size_t>(kind) - Moment::first_on_objects] = laid; }
  std::string value(const std::string& oid) { return ObjectView{table, moment, remembered}.value(*parse_oid(oid)).value_or("nothing"); }
  // The OIDs of a walk from the top, given up after `most`.
  std::vector<std::string> walk(std::size_t most = 50) {
    std::vector<std::string> out;
    Oid at{1, 3};
    const ObjectView view{table, moment, remembered};
    while (out.size() < most) {
      const auto next = view.next(at, Version::v2c);
      if (!next) break;
      out.push_back(oid_text(next->oid));
      at = next->oid;
    }
    return out;
  }
};

}  // namespace

TEST_CASE("undisturbed, a walk meets every object once") {
  Bench bench;
  CHECK(bench.walk().size() == 8);
  CHECK(bench.moment.undisturbed());
}

TEST_CASE("a walk that does not increase comes back to where it was") {
  Bench bench;
  bench.lay(FaultKind::non_increasing, {});
  const auto walk = bench.walk();
  CHECK(walk.size() == 50);
  CHECK(std::set<std::string>{walk.begin(), walk.end()}.size() < 8);
}

TEST_CASE("an endless table grows behind its last row, scalars do not") {
  Bench bench;
  bench.lay(FaultKind::endless, {});
  const auto walk = bench.walk();
  REQUIRE(walk.size() == 50);
  CHECK(walk[0] == "1.3.6.1.2.1.1.3.0");
  CHECK(walk[1] == "1.3.6.1.4.1.9.1.1");
  CHECK(walk[4] == "1.3.6.1.4.1.9.1.4");
  CHECK(walk[49] == "1.3.6.1.4.1.9.1.49");
}

TEST_CASE("a table that changes its shape hides whole rows, others after each period, and never scalars") {
  Bench bench;
  std::set<std::size_t> sizes;
  for (int period = 0; period < 40; ++period) {
    bench.lay(FaultKind::reshaping, {.age = period * 500ms, .length = 500ms, .ratio = 0.5});
    sizes.insert(bench.walk().size());
    CHECK(bench.value("1.3.6.1.2.1.1.3.0") != "nothing");
    CHECK((bench.value("1.3.6.1.4.1.9.1.1") == "nothing") == (bench.value("1.3.6.1.4.1.9.2.1") == "nothing"));
  }
  CHECK(sizes.size() > 2);
}

TEST_CASE("counters wrap when the fault is as old as it says") {
  Bench bench;
  bench.lay(FaultKind::counter_wrap, {.age = 1999ms, .length = 2s});
  CHECK(bench.value("1.3.6.1.4.1.9.2.3") == ber::unsigned32(ber::Tag::counter32, 4294967295));
  CHECK(bench.value("1.3.6.1.4.1.9.2.4") == ber::counter64(18446744073709551615U));
  bench.lay(FaultKind::counter_wrap, {.age = 2001ms, .length = 2s});
  CHECK(bench.value("1.3.6.1.4.1.9.2.3") == ber::unsigned32(ber::Tag::counter32, 1));
  CHECK(bench.value("1.3.6.1.4.1.9.2.4") == ber::counter64(1));
  CHECK(bench.value("1.3.6.1.4.1.9.1.1") == ber::integer(11));
}

TEST_CASE("a stale cache gives old values until it is as old as it says, frozen values stay") {
  auto parsed = parse_snmprec("1.3.1|66:numeric|rate=1\n");
  RecordedTable table{parsed.objects, parsed.variations};
  RememberedValues remembered;
  const auto value_at = [&](ground::Duration uptime, bool frozen) {
    Moment moment{.asked = {.uptime = uptime}, .frozen = frozen};
    if (!frozen) moment.laid[static_cast<std::size_t>(FaultKind::stale_cache) - Moment::first_on_objects] = Laid{.length = 30s};
    table.follow(moment.asked);
    return *ObjectView{table, moment, remembered}.value({1, 3, 1});
  };
  const auto gauge = [](std::uint32_t n) { return ber::unsigned32(ber::Tag::gauge32, n); };
  const bool frozen = GENERATE(false, true);
  CHECK(value_at(5s, frozen) == gauge(5));
  CHECK(value_at(34s, frozen) == gauge(5));
  CHECK(value_at(36s, frozen) == gauge(frozen ? 5 : 36));
}

TEST_CASE("while it warms up numbers are zero, its uptime and texts are not") {
  Bench bench;
  bench.lay(FaultKind::warming, {.age = 1s, .length = 10s});
  CHECK(bench.value("1.3.6.1.4.1.9.1.1") == ber::integer(0));
  CHECK(bench.value("1.3.6.1.4.1.9.2.4") == ber::counter64(0));
  CHECK(bench.value("1.3.6.1.4.1.9.2.1") == ber::octets(ber::Tag::octets, "one"));
  CHECK(bench.value("1.3.6.1.2.1.1.3.0") == ber::unsigned32(ber::Tag::time_ticks, 100));
  bench.lay(FaultKind::warming, {.age = 11s, .length = 10s});
  CHECK(bench.value("1.3.6.1.4.1.9.1.1") == ber::integer(11));
  bench.moment.uptime = 3s;  // it started again: zeros once more
  CHECK(bench.value("1.3.6.1.4.1.9.1.1") == ber::integer(0));
}

TEST_CASE("a restarted recording counts its uptime from there") {
  Bench bench;
  bench.moment.shows_uptime = true;
  bench.moment.uptime = 1234ms;
  CHECK(bench.value("1.3.6.1.2.1.1.3.0") == ber::unsigned32(ber::Tag::time_ticks, 123));
}
