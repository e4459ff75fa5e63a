#include "hw-sim/power/contact_front.hpp"

#include <algorithm>

#include "bench_rack.hpp"
#include "catch.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

const Relay relay{.operate = 7ms, .release = 3ms, .flight = 2ms, .bounces = 2, .rebounds = 1, .bounce = 1ms};

// Every edge until then, as they come.
std::vector<Edge> play(ContactFront& front, Instant until) {
  std::vector<Edge> edges;
  for (auto next = front.next(); next && *next <= until; next = front.next()) front.settle(*next, edges);
  return edges;
}

std::vector<Edge> opening(std::uint64_t seed, bool has_pair) {
  ContactFront front{{.name = "c", .relay = relay, .has_pair = has_pair}, 0, true, seed};
  front.move(false, at(1s));
  return play(front, at(2s));
}

bool alternates(const std::vector<Edge>& edges, bool pair, bool first) {
  for (const Edge& edge : edges)
    if (edge.pair == pair && edge.closed != std::exchange(first, !first)) return false;
  return true;
}

}  // namespace

TEST_CASE("a transistor follows at once") {
  ContactFront front{{.name = "c"}, 3, true, 1};
  front.move(false, at(1s));
  const auto edges = play(front, at(2s));
  REQUIRE(edges.size() == 1);
  CHECK((edges[0].contact == 3 && edges[0].at == at(1s) && !edges[0].closed && !edges[0].pair));
}

TEST_CASE("a relay lets go after its release, touches once more, and stays open") {
  const auto edges = opening(1, false);
  REQUIRE(edges.size() == 3);
  CHECK(edges[0].at == at(1003ms));
  CHECK(alternates(edges, false, false));
  CHECK_FALSE(edges.back().closed);
  for (std::size_t i = 1; i < edges.size(); ++i) {
    CHECK(edges[i].at - edges[i - 1].at >= 250us);
    CHECK(edges[i].at - edges[i - 1].at <= 750us);
  }
}

TEST_CASE("a change-over flies: one side opens, neither touches, the other closes and bounces") {
  const auto edges = opening(1, true);
  const auto first_touch = std::find_if(edges.begin(), edges.end(), [](const Edge& edge) { return edge.pair; });
  REQUIRE(first_touch != edges.end());
  CHECK(first_touch->at == at(1005ms));
  CHECK(std::count_if(edges.begin(), edges.end(), [](const Edge& edge) { return edge.pair; }) == 5);
  CHECK(alternates(edges, true, true));
  CHECK(alternates(edges, false, false));
  CHECK(std::is_sorted(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; }));
}

TEST_CASE("the same seed bounces the same way, another another") {
  const auto times = [](std::uint64_t seed) {
    std::vector<Instant> out;
    for (const Edge& edge : opening(seed, true)) out.push_back(edge.at);
    return out;
  };
  CHECK(times(1) == times(1));
  CHECK(times(1) != times(2));
}

TEST_CASE("an armature that is called back before it moved does not move") {
  ContactFront front{{.name = "c", .relay = relay, .has_pair = true}, 0, true, 1};
  front.move(false, at(1s));
  front.move(true, at(1s) + 1ms);
  CHECK(play(front, at(2s)).empty());
  CHECK(front.closed());
}

TEST_CASE("fast transients are 75 false pulses in 15 ms, every 300 ms, on both sides") {
  ContactFront front{{.name = "c", .has_pair = true}, 0, true, 1};
  std::vector<Edge> edges;
  front.begin(Disturbance::eft, {}, at(1s));
  front.settle(at(1s), edges);
  CHECK(edges.size() == 2);
  for (const auto& edge : play(front, at(1s) + 299ms)) edges.push_back(edge);
  REQUIRE(edges.size() == 2 * 2 * 75);
  CHECK(edges.back().at == at(1s) + 74 * 200us + 20us);
  CHECK((front.closed() && !front.pair_closed()));
  CHECK(front.next() == at(1300ms));
  front.end(Disturbance::eft);
  CHECK_FALSE(front.next());
}

TEST_CASE("a loose contact opens and closes until it is mended") {
  ContactFront front{{.name = "c"}, 0, true, 1};
  std::vector<Edge> edges;
  front.begin(Disturbance::chatter, 10ms, at(1s));
  front.settle(at(1s), edges);
  for (const auto& edge : play(front, at(1s) + 100ms)) edges.push_back(edge);
  CHECK(edges.size() == 11);
  CHECK(alternates(edges, false, false));
  front.end({});
  front.settle(at(2s), edges);
  CHECK(front.closed());
}

TEST_CASE("a welded contact stays, a cut wire reads open on both sides") {
  ContactFront front{{.name = "c", .has_pair = true}, 0, true, 1};
  std::vector<Edge> edges;
  front.begin(Disturbance::welded, {}, at(1s));
  front.move(false, at(1s));
  CHECK(play(front, at(2s)).empty());
  front.end(Disturbance::welded);
  front.settle(at(3s), edges);
  CHECK((edges.size() == 2 && !front.closed() && front.pair_closed()));
  front.begin(Disturbance::broken, {}, at(4s));
  front.settle(at(4s), edges);
  CHECK((!front.closed() && !front.pair_closed()));
}

TEST_CASE("the world moves its contacts' relays, and names their moments") {
  Rack rack = bench_rack();
  rack.contacts = {{.name = "ac", .load = 0, .supply = 0, .senses = Sense::ac_in, .relay = relay}};
  World world{rack, 1};
  REQUIRE(fail(world, "feed/A"));
  CHECK(world.contact_closed(0));
  CHECK(world.next_change() == at(3ms));
  world.advance(at(1s));
  CHECK_FALSE(world.contact_closed(0));
  CHECK(world.front(0).edges() == 3);
  const auto edges = world.take_edges();
  REQUIRE(edges.size() == 3);
  CHECK(edges[0].at == at(3ms));
  world.disturb(*world.find_contact("ac"), Disturbance::eft);
  world.advance(at(1s) + 100ms);
  CHECK(world.take_edges().size() == 150);
  world.calm(0, {});
  world.advance(at(10s));
  CHECK(world.take_edges().empty());
}
