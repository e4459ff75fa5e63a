#include "store/intake.hpp"

#include "catch.hpp"
#include "rig.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;

TEST_CASE("the intake refuses an event beyond its bound, and counts those being written") {
  Intake intake{{.events = 3}};
  for (int n = 1; n <= 3; ++n) REQUIRE(intake.add(event(n)));
  CHECK(intake.add(event(4)).has_error());
  const Work work = intake.take_urgent(2);
  CHECK(intake.add(event(4)).has_error());
  intake.done(work);
  CHECK(intake.add(event(4)));
  CHECK(intake.waiting_events() == 2);
}

TEST_CASE("events given back are taken again first, in their order") {
  Intake intake{{}};
  for (int n = 1; n <= 3; ++n) REQUIRE(intake.add(event(n)));
  Work work = intake.take_urgent(2);
  REQUIRE(intake.add(event(4)));
  intake.give_back(std::move(work));
  const Work again = intake.take_urgent(10);
  REQUIRE(again.events.size() == 4);
  for (int n = 1; n <= 4; ++n) CHECK(again.events[static_cast<std::size_t>(n - 1)].id == event(n).id);
}

TEST_CASE("batches older than the span are dropped and counted, and the series they declared live on") {
  Intake intake{{.samples_span = std::chrono::seconds{10}}};
  intake.add(batch(0, {1, 2}, Born::yes));
  intake.add(batch(5, {1, 2}, Born::no));
  intake.add(batch(11, {1, 2}, Born::no));
  CHECK(intake.dropped_samples() == 2);
  CHECK(intake.waiting_samples() == 4);
  const Work work = intake.take_rest(100);
  REQUIRE(work.batches.size() == 2);
  CHECK(work.batches.front().born.size() == 2);
}

TEST_CASE("samples beyond their number are dropped, the oldest first, never the newest batch") {
  Intake intake{{.samples = 3}};
  intake.add(batch(0, {1, 2}, Born::yes));
  intake.add(batch(1, {1, 2, 3, 4, 5}, Born::yes));
  CHECK(intake.dropped_samples() == 2);
  CHECK(intake.waiting_samples() == 5);
}

TEST_CASE("a cursor set again while the old one is being written keeps the newer position") {
  Intake intake{{}};
  intake.add(Cursor{"forward", 1});
  Work work = intake.take_rest(100);
  intake.add(Cursor{"forward", 2});
  intake.give_back(std::move(work));
  const Work again = intake.take_rest(100);
  REQUIRE(again.cursors.size() == 1);
  CHECK(again.cursors.front().position == 2);
}

TEST_CASE("blobs beyond their bytes are refused") {
  Intake intake{{.blob_bytes = 10}};
  REQUIRE(intake.add(Blob{"capture", "a", std::vector<std::uint8_t>(8)}));
  CHECK(intake.add(Blob{"capture", "b", std::vector<std::uint8_t>(3)}).has_error());
  intake.done(intake.take_urgent(1));
  CHECK(intake.idle());
  CHECK(intake.add(Blob{"capture", "b", std::vector<std::uint8_t>(3)}));
  CHECK_FALSE(intake.idle());
}

TEST_CASE("a capture does not wait for the samples' second") {
  Intake intake{{}};
  intake.add(batch(0, {1, 2}, Born::yes));
  CHECK_FALSE(intake.urgent_waits());
  REQUIRE(intake.add(Blob{"capture", "a", std::vector<std::uint8_t>(8)}));
  REQUIRE(intake.urgent_waits());
  const Work work = intake.take_urgent(10);
  CHECK(work.blobs.size() == 1);
  CHECK(work.batches.empty());
}
