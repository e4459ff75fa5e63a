#include "collector/serve/stream.hpp"

#include "catch.hpp"
#include "unit/collector/serve/small_rack.hpp"

using namespace holdup;
using namespace holdup::serve;
using namespace holdup::serve::test;

namespace {

struct Client {
  int woken = 0, cut = 0;
  Subscriber subscriber{[this] { ++woken; }, [this] { ++cut; }};
};

record::Event lost(int n, bool durable) {
  auto event = test::event({.n = n, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"});
  event.durable = durable;
  return event;
}

}  // namespace

TEST_CASE("only the durable line of an event carries its id") {
  CHECK(stream_frame(lost(7, false)) == "data: " + record::to_json(lost(7, false)) + "\n\n");
  CHECK(stream_frame(lost(7, true)) == "id: b00t-7\ndata: " + record::to_json(lost(7, true)) + "\n\n");
}

TEST_CASE("a subscriber is woken for an event and gives it once") {
  Client client;
  client.subscriber.tell(lost(1, false));
  CHECK(client.woken == 1);
  CHECK(client.subscriber.take(1) == stream_frame(lost(1, false)));
  CHECK(client.subscriber.take(1).empty());
}

TEST_CASE("what the store gave while catching up does not come a second time") {
  Client client;
  client.subscriber.catch_up();
  client.subscriber.tell(lost(1, true));
  client.subscriber.tell(lost(2, false));
  CHECK(client.woken == 0);
  CHECK(client.subscriber.take(1'000'000).empty());
  CHECK(client.subscriber.recall({lost(1, true)}) == stream_frame(lost(1, true)));
  client.subscriber.caught_up();
  CHECK(client.subscriber.take(1'000'000) == stream_frame(lost(2, false)));
}

TEST_CASE("a subscriber that falls a thousand events behind is cut off") {
  Client client;
  for (int n = 1; n <= static_cast<int>(Subscriber::most_frames); ++n) client.subscriber.tell(lost(n, false));
  CHECK(client.cut == 0);
  client.subscriber.tell(lost(5000, false));
  CHECK(client.cut == 1);
}
