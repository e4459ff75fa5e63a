#include <cstring>

#include "bench_rack.hpp"
#include "catch.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

// Every register of every device, as bits.
std::string bytes(World& world) {
  std::string out;
  for (std::size_t d = 0; d < world.devices().size(); ++d) {
    const Snapshot& snapshot = world.read(d);
    out += std::to_string(snapshot.measured.time_since_epoch().count()) + (world.answers(d) ? "+" : "-");
    for (const Measurement& m : snapshot.values) {
      char raw[sizeof m.value];
      std::memcpy(raw, &m.value, sizeof raw);
      out.append(raw, sizeof raw);
    }
  }
  return out;
}

std::string story(std::uint64_t seed, ground::Duration stride) {
  World world{bench_rack(), seed};
  const auto go = [&](ground::Duration until) {
    while (world.now() + stride < at(until)) world.advance(world.now() + stride), static_cast<void>(world.read(pdu_a));
    world.advance(at(until));
  };
  go(3s), fail(world, "feed/A", 7s);
  go(9s), set(world, "cab1/psu2", Key::fan, 0.6);
  go(12s), fail(world, "cab1/psu2", 13ms);
  go(25s);
  return bytes(world);
}

}  // namespace

TEST_CASE("the same seed gives the same bytes, however finely time moves and whatever is read") {
  CHECK(story(1, 1h) == story(1, 1h));
  CHECK(story(1, 1h) == story(1, 7ms));
  CHECK(story(1, 1h) != story(2, 1h));
}

TEST_CASE("next_change names the moments at which the world changes by itself") {
  World world{bench_rack(), 1};
  CHECK_FALSE(world.next_change());
  REQUIRE(fail(world, "pdu-a2", 100ms));
  CHECK(world.next_change() == at(4ms));  // the flag
  world.advance(at(4ms));
  CHECK(world.next_change() == at(24ms));  // hold-up of srv1 ends
  world.advance(at(24ms));
  CHECK(world.next_change() == at(100ms));  // for=
  world.advance(at(100ms));
  CHECK(world.next_change() == at(104ms));  // the flag
  world.advance(at(104ms));
  CHECK(world.next_change() == at(600ms));  // the supply has started
  world.advance(at(600ms));
  CHECK(world.next_change() == at(5100ms));  // the card has booted
  world.advance(at(5100ms));
  CHECK_FALSE(world.next_change());
}

TEST_CASE("contact edges carry their exact instants, in order, once") {
  World world{bench_rack(), 1};
  CHECK(world.contact_closed(0));
  world.advance(at(1s));
  REQUIRE(fail(world, "feed/A", 1s));
  world.advance(at(3s));
  const auto edges = world.take_edges();
  REQUIRE(edges.size() == 4);
  CHECK((edges[0].contact == 0 && !edges[0].closed && edges[0].at == at(1004ms)));
  CHECK((edges[1].contact == 1 && !edges[1].closed));
  CHECK(edges[1].at - at(1s) - 66666us < 1us);  // 20 ms at 3000 W, 900 W carried
  CHECK((edges[2].contact == 0 && edges[2].closed && edges[2].at == at(2004ms)));
  CHECK((edges[3].contact == 1 && edges[3].closed && edges[3].at == at(2500ms)));
  CHECK(world.take_edges().empty());
}

TEST_CASE("each sense of a contact holds when its word does") {
  Rack rack = bench_rack();
  rack.contacts.clear();
  for (const Sense sense : {Sense::ac_in, Sense::ac_ok, Sense::dc_ok, Sense::alarm})
    rack.contacts.push_back({.name = std::string{sense_names[static_cast<std::size_t>(sense)]}, .load = 0, .supply = 0, .senses = sense});
  World world{rack, 1};
  const auto closed = [&] {
    std::string out;
    for (std::size_t c = 0; c < 4; ++c) out += world.contact_closed(c) ? '1' : '0';
    return out;
  };
  CHECK(closed() == "1110");
  REQUIRE(fail(world, "feed/A"));
  CHECK(closed() == "0110");
  world.advance(at(4ms));
  CHECK(closed() == "0011");
  world.advance(at(1s));
  CHECK(closed() == "0001");
}

TEST_CASE("devices are found by name, elements by theirs") {
  const World world{bench_rack(), 1};
  CHECK(world.find_device("shelf-psu2") == psu2_unit);
  CHECK_FALSE(world.find_device("shelf-psu9"));
  CHECK(world.devices()[psu2_unit].supply == 1);
  CHECK(world.live(element("contact/cab1-psu1")) == true);
  CHECK(world.live(element("device/pdu-a2")) == true);
  CHECK(world.live(element("cab1")) == true);
  CHECK(world.live(element("cab1/psu2")) == true);
  CHECK_FALSE(world.live(element("cab1/psu3")));
  CHECK_FALSE(world.live(element("contact/none")));
  CHECK_FALSE(world.live(element("device/none")));
  for (const auto& e : elements(world.rack())) CHECK(world.live(e) == true);
}

TEST_CASE("simultaneous changes settle in one order") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A", 24ms));  // ends in the nanosecond in which srv1's store is empty
  world.advance(at(30ms));
  CHECK_FALSE(world.load_carried(srv1));
  world.advance(at(1s));
  CHECK(world.load_carried(srv1));
}
