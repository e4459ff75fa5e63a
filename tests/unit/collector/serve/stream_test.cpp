#include "collector/serve/stream.hpp"

#include <future>

#include "catch.hpp"
#include "collector/serve/worker.hpp"
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

TEST_CASE("a worker refuses what would not fit its queue, and ends without doing what waits") {
  std::promise<void> started, release;
  int done = 0;
  auto worker = std::make_unique<Worker>();
  REQUIRE(worker->submit([&] { started.set_value(), release.get_future().wait(); }, Worker::Place::last));
  started.get_future().wait();
  for (std::size_t n = 0; n < Worker::most_waiting; ++n) REQUIRE(worker->submit([&] { ++done; }, Worker::Place::last));
  CHECK_FALSE(worker->submit([&] { ++done; }, Worker::Place::first));
  const Worker& waiting = *worker;  // alive until its first job ends, which only happens once it is being ended
  std::thread ending{[&] { worker.reset(); }};
  while (!waiting.stopping()) std::this_thread::yield();
  release.set_value();
  ending.join();
  CHECK(done == 0);
}
