#include "hw-sim/scenario/faults.hpp"

#include "catch.hpp"

using namespace hwsim::scenario;
using holdup::ground::Instant;
using namespace std::chrono_literals;

namespace {

Fault fault_of(FaultKind kind) { return {.element = ground::Element::device("pdu-a"), .kind = kind}; }

int unanswered(Faults& faults, int requests) {
  int out = 0;
  for (int i = 0; i < requests; ++i) out += faults.decide(0).answered ? 0 : 1;
  return out;
}

}  // namespace

TEST_CASE("a fault on objects is told with its age, and leaves the answers alone") {
  Faults faults{1, 1};
  CHECK_FALSE(faults.laid(0, FaultKind::warming, Instant{5s}));
  faults.begin(0, fault_of(FaultKind::warming), Instant{5s});
  faults.begin(0, fault_of(FaultKind::reshaping), Instant{6s});
  const auto laid = faults.laid(0, FaultKind::warming, Instant{8s});
  REQUIRE(laid);
  CHECK(laid->age == 3s);
  CHECK(laid->length == 10s);
  CHECK(faults.laid(0, FaultKind::reshaping, Instant{8s})->ratio == 0.5);
  CHECK(faults.decide(0).answered);
  CHECK(faults.decide(0).corruption == Corruption::none);
  faults.end(0, FaultKind::warming);
  CHECK_FALSE(faults.laid(0, FaultKind::warming, Instant{9s}));
}

TEST_CASE("without a fault every answer leaves at once, once and whole") {
  Faults faults{2, 1};
  const Fate fate = faults.decide(0);
  CHECK((fate.answered && fate.delay == 0s && fate.copies == 1 && fate.corruption == Corruption::none));
}

TEST_CASE("each kind of fault has its fate") {
  Faults faults{2, 1};
  const auto fate = [&](FaultKind kind) {
    faults.end(0, {});
    faults.begin(0, fault_of(kind));
    CHECK(faults.decide(1).answered);  // the neighbour is untouched
    return faults.decide(0);
  };
  CHECK_FALSE(fate(FaultKind::silent).answered);
  CHECK(fate(FaultKind::slow).delay == 500ms);
  CHECK(fate(FaultKind::late).delay == 3s);
  CHECK(fate(FaultKind::duplicate).copies == 2);
  CHECK(fate(FaultKind::wrong_id).corruption == Corruption::wrong_id);
  CHECK(fate(FaultKind::wrong_source).corruption == Corruption::wrong_source);
  CHECK(fate(FaultKind::truncated).corruption == Corruption::truncated);
  CHECK(fate(FaultKind::garbage).corruption == Corruption::garbage);
}

TEST_CASE("the faults of a Modbus unit hit its answers with what they say") {
  Faults faults{1, 1};
  faults.begin(0, {.element = {}, .kind = FaultKind::exception, .value = 6});
  faults.begin(0, fault_of(FaultKind::drip));
  const Fate fate = faults.decide(0);
  CHECK(fate.answered);
  REQUIRE(fate.hit(FaultKind::exception) != nullptr);
  CHECK(fate.hit(FaultKind::exception)->value == 6);
  CHECK(fate.hit(FaultKind::drip)->length == 1s);
  CHECK(fate.hit(FaultKind::echo) == nullptr);
  faults.end(0, {});
  CHECK(faults.decide(0).modbus.empty());
  for (const auto kind : {FaultKind::unplugged, FaultKind::refused}) {
    faults.begin(0, fault_of(kind));
    CHECK_FALSE(faults.decide(0).answered);
    faults.end(0, kind);
  }
}

TEST_CASE("ms= and ratio= bend a fault") {
  Faults faults{1, 1};
  faults.begin(0, {.element = {}, .kind = FaultKind::slow, .length = 70ms});
  CHECK(faults.decide(0).delay == 70ms);
  faults.end(0, FaultKind::slow);
  CHECK(faults.decide(0).delay == 0s);
  faults.begin(0, fault_of(FaultKind::lossy));
  CHECK(unanswered(faults, 10000) == Approx(3000).margin(200));
  faults.begin(0, {.element = {}, .kind = FaultKind::lossy, .ratio = 0});
  CHECK(unanswered(faults, 100) == 0);
  faults.begin(0, {.element = {}, .kind = FaultKind::silent, .ratio = 0.5});
  CHECK(unanswered(faults, 10000) == Approx(5000).margin(200));
}

TEST_CASE("clearing one kind leaves the others") {
  Faults faults{1, 1};
  faults.begin(0, fault_of(FaultKind::slow));
  faults.begin(0, fault_of(FaultKind::duplicate));
  faults.end(0, FaultKind::slow);
  const Fate fate = faults.decide(0);
  CHECK((fate.delay == 0s && fate.copies == 2));
}

TEST_CASE("the same seed meets the same fates, another seed others") {
  const auto fates = [](std::uint64_t seed) {
    Faults faults{1, seed};
    faults.begin(0, fault_of(FaultKind::lossy));
    std::string out;
    for (int i = 0; i < 200; ++i) {
      const Fate fate = faults.decide(0);
      out += (fate.answered ? "+" : "-") + std::to_string(fate.salt);
    }
    return out;
  };
  CHECK(fates(1) == fates(1));
  CHECK(fates(1) != fates(2));
}
