#include "collector/core/alert_board.hpp"

#include <algorithm>
#include <utility>

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using core::Alert;
using core::AlertBoard;
using core::Post;
using ground::Instant;

namespace {

const std::vector<std::pair<std::string, std::string>> labels{{"alertname", "pdu_dark"}, {"element", "pdu-a"}};

Alert alert(std::string summary = "dark", std::string element = "pdu-a") {
  return {.labels = {{"alertname", "pdu_dark"}, {"element", std::move(element)}},
          .annotations = {{"summary", std::move(summary)}},
          .starts = ground::Utc{50s},
          .generator = "http://h/"};
}

bool holds(const Post& post, std::string_view text) { return post.body.find(text) != std::string::npos; }
std::size_t alerts_in(const Post& post) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = post.body.find("startsAt", at)) != std::string::npos; ++at) ++n;
  return n;
}

}  // namespace

TEST_CASE("an alert is sent at once, and again a minute later, ending four minutes ahead") {
  AlertBoard board{1};
  CHECK_FALSE(board.next_due());
  board.fire(alert());
  auto posts = board.due(Instant{100s}, 0s);
  REQUIRE(posts.size() == 1);
  CHECK(
      posts[0].body ==
      R"([{"labels":{"alertname":"pdu_dark","element":"pdu-a"},"annotations":{"summary":"dark"},"startsAt":"1970-01-01T00:00:50.000Z","endsAt":"1970-01-01T00:05:40.000Z","generatorURL":"http://h/"}])");
  CHECK(board.due(Instant{101s}, 0s).empty());  // one under way
  board.delivered(0, posts[0].token, true, Instant{101s});
  CHECK(board.due(Instant{101s}, 0s).empty());
  CHECK(*board.next_due() == Instant{160s});
  posts = board.due(Instant{160s}, 0s);
  REQUIRE(posts.size() == 1);
  CHECK(holds(posts[0], R"("endsAt":"1970-01-01T00:06:40.000Z")"));
}

TEST_CASE("the same alert said twice is no news, another annotation is") {
  AlertBoard board{1};
  board.fire(alert());
  board.delivered(0, board.due(Instant{100s}, 0s).at(0).token, true, Instant{100s});
  board.fire(alert());
  CHECK(board.due(Instant{101s}, 0s).empty());
  board.fire(alert("still dark"));
  const auto posts = board.due(Instant{102s}, 0s);
  REQUIRE(posts.size() == 1);
  CHECK(holds(posts[0], "still dark"));
  CHECK(holds(posts[0], R"("startsAt":"1970-01-01T00:00:50.000Z")"));
}

TEST_CASE("a resolved alert is repeated for a quarter of an hour with its own end, then forgotten") {
  AlertBoard board{1};
  board.fire(alert());
  Instant now{100s};
  board.delivered(0, board.due(now, 0s).at(0).token, true, now);
  board.resolve(labels, now += 10s, ground::Utc{110s});
  unsigned repeats = 0;
  while (true) {
    const auto posts = board.due(now, 0s);
    for (const auto& post : posts) {
      ++repeats;
      CHECK(holds(post, R"("endsAt":"1970-01-01T00:01:50.000Z")"));
      board.delivered(0, post.token, true, now);
    }
    const auto next = board.next_due();
    if (!next || now > Instant{2000s}) break;
    now = std::max(*next, now + 1ms);
  }
  CHECK(repeats >= 15);
  CHECK(repeats <= 17);
  CHECK(now <= Instant{110s + 16min});
  CHECK(board.entries().empty());
}

TEST_CASE("what fires again after it was resolved starts anew") {
  AlertBoard board{1};
  board.fire(alert());
  board.resolve(labels, Instant{100s}, ground::Utc{100s});
  auto again = alert();
  again.starts = ground::Utc{120s};
  board.fire(again);
  const auto posts = board.due(Instant{120s}, 0s);
  REQUIRE(posts.size() == 1);
  CHECK(alerts_in(posts[0]) == 1);
  CHECK(holds(posts[0], R"("startsAt":"1970-01-01T00:02:00.000Z","endsAt":"1970-01-01T00:06:00.000Z")"));
}

TEST_CASE("a target that refuses is asked again with growing pauses and holds up nobody") {
  AlertBoard board{2};
  board.fire(alert());
  Instant now{100s};
  Instant tried = now;
  std::vector<ground::Duration> gaps;
  unsigned tries = 0;
  for (; now < Instant{300s}; now += 100ms) {
    for (const auto& post : board.due(now, 0s)) {
      if (post.target == 1) {
        board.delivered(1, post.token, true, now);
        continue;
      }
      ++tries;
      board.delivered(0, post.token, false, now);
      gaps.push_back(now - std::exchange(tried, now));
    }
  }
  CHECK(std::is_sorted(gaps.begin(), gaps.end()));
  CHECK(gaps.back() <= 30s + 100ms);
  CHECK(tries >= 8);
  CHECK(tries <= 20);
}

TEST_CASE("a post that hangs keeps its own target only") {
  AlertBoard board{2};
  board.fire(alert());
  const auto first = board.due(Instant{100s}, 0s);
  REQUIRE(first.size() == 2);
  board.delivered(1, first[1].token, true, Instant{100s});
  board.fire(alert("more", "pdu-b"));
  const auto posts = board.due(Instant{101s}, 0s);
  REQUIRE(posts.size() == 1);
  CHECK(posts[0].target == 1);
  CHECK(alerts_in(posts[0]) == 1);
}

TEST_CASE("an answer to another post, or of a target that is gone, changes nothing") {
  AlertBoard board{1};
  board.fire(alert());
  const auto post = board.due(Instant{100s}, 0s).at(0);
  board.delivered(0, post.token + 7, true, Instant{100s});
  board.delivered(9, post.token, true, Instant{100s});
  CHECK(board.due(Instant{100s}, 0s).empty());
  board.retarget(1);
  board.delivered(0, post.token, true, Instant{100s});  // of before
  CHECK(board.due(Instant{100s}, 0s).size() == 1);
}

TEST_CASE("many alerts travel in bodies of 256, each once, and above 10,000 they are dropped and counted") {
  AlertBoard board{1};
  for (int i = 0; i < 10'100; ++i) board.fire(alert("dark", "pdu-" + std::to_string(i)));
  CHECK(board.dropped() == 100);
  CHECK(board.entries().size() == 10'000);
  board.fire(alert("renewed", "pdu-1"));
  CHECK(board.dropped() == 100);
  std::size_t sent = 0, bodies = 0;
  for (;; ++bodies) {
    const auto posts = board.due(Instant{100s}, 0s);
    if (posts.empty()) break;
    CHECK(alerts_in(posts[0]) <= 256);
    sent += alerts_in(posts[0]);
    board.delivered(0, posts[0].token, true, Instant{100s});
  }
  CHECK(sent == 10'000);
  CHECK(bodies == 40);
}
