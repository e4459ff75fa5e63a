#include "hw-sim/agents/line_traffic.hpp"

#include "catch.hpp"

using namespace hwsim::agents;
using namespace std::chrono_literals;

namespace {

const LineSettings line{.baud = 11000};  // a character a millisecond, a silence of 3.5
const LineTraffic::Time start{1h};

}  // namespace

TEST_CASE("what comes in is a frame once its bits and a silence have passed") {
  LineTraffic traffic{line};
  CHECK_FALSE(traffic.frame_due());
  traffic.take("12345678", start);
  CHECK(traffic.frame_due() == start + 8ms + 3500us);
  traffic.take("9", start + 2ms);  // written while the others are on their way: behind them
  CHECK(traffic.frame_due() == start + 9ms + 3500us);
  CHECK(traffic.take_frame() == "123456789");
  CHECK_FALSE(traffic.frame_due());
  traffic.take("x", start + 1s);
  CHECK(traffic.frame_due() == start + 1s + 1ms + 3500us);
}

TEST_CASE("each byte leaves when its last bit has passed, at exactly the line's rate") {
  LineTraffic traffic{line};
  CHECK(traffic.send("abcde", start, true) == start + 5ms);
  CHECK(traffic.sent(start + 999us).empty());
  CHECK(traffic.sent(start + 1ms) == "a");
  CHECK(traffic.next_leave(10us) == start + 2ms + 10us);
  CHECK(traffic.sent(start + 3999us) == "bc");
  CHECK(traffic.next_leave(1h) == start + 5ms);
  CHECK(traffic.sent(start + 1h) == "de");
  CHECK_FALSE(traffic.next_leave(1ms));
}

TEST_CASE("an answer waits for the one before it, but not for one that only drips") {
  LineTraffic traffic{line};
  traffic.send("aaaa", start, true);
  CHECK(traffic.send("b", start + 1ms, true) == start + 5ms);
  traffic.send("d", start + 10ms, false);
  traffic.send("d", start + 1010ms, false);
  CHECK(traffic.send("cc", start + 20ms, true) == start + 22ms);
  CHECK(traffic.sent(start + 30ms) == "aaaabdcc");
  CHECK(traffic.sent(start + 2s) == "d");
  CHECK(traffic.is_quiet());
}
