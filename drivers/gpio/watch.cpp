#include "drivers/gpio/watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "ground/clock/clock.hpp"

namespace holdup::gpio {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Instant;

namespace {

constexpr std::chrono::seconds look_each{1};                // at every level; and for a chip that is not there
constexpr std::chrono::seconds ask_least{1}, ask_most{60};  // between two requests for a line that cannot be had, twice as long each time

}  // namespace

struct Watch::State : std::enable_shared_from_this<State> {
  State(asio::io_context& on, std::string of, std::vector<Wish> all, Ears whose)
      : loop{on},
        chip{std::move(of)},
        wishes{std::move(all)},
        ears{std::move(whose)},
        timer{on},
        known(wishes.size()),
        said(wishes.size()) {}

  void look_later(std::chrono::nanoseconds pause);
  void look();
  void open();
  void close(const std::string& why);
  void listen();
  void ask_again();
  void listen(std::size_t place);
  void turn(std::size_t place);
  void compare();
  void lose(std::size_t wish, Instant now);
  void tell();
  void say_failures();
  [[nodiscard]] bool is_ours(std::size_t wish) const { return lines && !lines->failures()[wish]; }

  asio::io_context& loop;
  std::string chip;
  std::vector<Wish> wishes;
  Ears ears;
  asio::steady_timer timer;
  struct Known {
    std::optional<bool> active;  // as last told
    Instant at{};                // the stamp of that
    bool gone = false;           // told that it cannot be read
  };
  std::vector<Known> known;  // by wish
  std::vector<std::string> said;
  std::optional<Lines> lines;
  std::vector<std::unique_ptr<asio::posix::stream_descriptor>> descriptors;  // of duplicates, so that Asio may close them
  std::vector<int> originals;                                                // what libgpiod knows them by
  std::uint64_t opening = 0;
  std::chrono::seconds patience = ask_least;  // with a line that cannot be had
  Instant ask_at{};
  std::string chip_trouble;
  std::vector<Told> told;  // of the present turn
  Counters counters;
  bool stopped = false;
};

Watch::Watch(asio::io_context& loop, std::string chip, std::vector<Wish> wishes, Ears ears)
    : state_{std::make_shared<State>(loop, std::move(chip), std::move(wishes), std::move(ears))} {
  state_->look_later({});
}

Watch::~Watch() {
  state_->stopped = true;
  state_->timer.cancel();
  state_->descriptors.clear();
  state_->lines.reset();
}

const Counters& Watch::counters() const { return state_->counters; }

void Watch::State::look_later(std::chrono::nanoseconds pause) {
  timer.expires_after(pause);
  timer.async_wait([weak = weak_from_this()](error_code error) {
    const auto alive = weak.lock();
    if (!alive || error || alive->stopped) return;
    alive->look();
    alive->look_later(look_each);
  });
}

void Watch::State::look() {
  if (!lines) {
    open();
  } else {
    listen();
    ask_again();
    // An edge that waits tells more than the level it left.
    for (std::size_t place = 0; lines && place < originals.size(); ++place) turn(place);
    if (lines) compare();
  }
  tell();
}

void Watch::State::open() {
  auto opened = Lines::request(chip, wishes);
  if (!opened) {
    if (std::exchange(chip_trouble, opened.error().what) != chip_trouble) ears.say(chip_trouble);
    for (std::size_t w = 0; w < wishes.size(); ++w) lose(w, ground::clock::now());
    return;
  }
  lines.emplace(std::move(*opened));
  if (!std::exchange(chip_trouble, {}).empty()) ears.say("GPIO chip '" + chip + "' is there");
  say_failures();
  ++counters.openings;
  ++opening;
  patience = ask_least, ask_at = ground::clock::now() + patience;
  listen();
  compare();
}

/// At those descriptors that are not listened at yet.
void Watch::State::listen() {
  for (const int original : lines->descriptors()) {
    if (std::ranges::find(originals, original) != originals.end()) continue;
    auto duplicate = std::make_unique<asio::posix::stream_descriptor>(loop);
    error_code error;
    duplicate->assign(::dup(original), error);
    if (error) continue;  // no descriptor is left: until one is, the levels are looked at each second
    originals.push_back(original);
    descriptors.push_back(std::move(duplicate));
    listen(originals.size() - 1);
  }
}

/// For lines that another program holds, or that are not there yet: it may let go of them.
void Watch::State::ask_again() {
  const auto& failures = lines->failures();
  const auto now = ground::clock::now();
  if (now < ask_at || std::ranges::none_of(failures, [](const auto& failure) { return failure.has_value(); })) return;
  patience = std::min(2 * patience, ask_most), ask_at = now + patience;
  if (lines->ask_again()) listen();
  say_failures();
}

void Watch::State::say_failures() {
  for (std::size_t w = 0; w < wishes.size(); ++w) {
    const auto& failure = lines->failures()[w];
    const std::string now = failure ? failure->what : "";
    if (std::exchange(said[w], now) != now)
      ears.say("GPIO chip '" + chip + "': " + (now.empty() ? "line '" + wishes[w].line + "' is ours" : now));
    if (failure) lose(w, ground::clock::now());
  }
}

void Watch::State::close(const std::string& why) {
  chip_trouble = "GPIO chip '" + chip + "' is gone: " + why;
  ears.say(chip_trouble);
  descriptors.clear();
  originals.clear();
  lines.reset();
  const auto now = ground::clock::now();
  for (std::size_t w = 0; w < wishes.size(); ++w) lose(w, now);
}

void Watch::State::lose(std::size_t wish, Instant now) {
  known[wish].active.reset();
  if (!std::exchange(known[wish].gone, true)) told.push_back({.kind = Told::Kind::gone, .wish = wish, .at = now});
}

void Watch::State::listen(std::size_t place) {
  descriptors[place]->async_wait(
      asio::posix::stream_descriptor::wait_read, [weak = weak_from_this(), place, mine = opening](error_code error) {
        const auto alive = weak.lock();
        if (!alive || alive->stopped || error == asio::error::operation_aborted || alive->opening != mine || !alive->lines) return;
        alive->turn(place);
        if (alive->lines) alive->listen(place);
        alive->tell();
      });
}

void Watch::State::turn(std::size_t place) {
  const auto taken = lines->take(originals[place]);
  if (!taken) return close(taken.error().what);
  for (const Edge& edge : taken->edges) {
    ++counters.edges;
    known[edge.wish] = {.active = edge.active, .at = edge.at, .gone = false};
    told.push_back({.kind = Told::Kind::edge, .wish = edge.wish, .active = edge.active, .at = edge.at});
  }
  counters.lost += taken->lost;
  counters.maybe_lost += taken->maybe_lost ? 1 : 0;
  // Also where nothing was lost the last of two quick edges may bear the wrong level; an edge that is still to come tells the same again.
  if (!taken->edges.empty()) compare();
}

/// Holds the levels against what was told; what differs happened after the last stamp, and since the last look.
void Watch::State::compare() {
  const auto levels = lines->levels();
  if (!levels) return close(levels.error().what);
  const auto now = ground::clock::now();
  for (std::size_t w = 0; w < wishes.size(); ++w) {
    const bool active = (*levels)[w];
    if (!is_ours(w) || known[w].active == active) continue;
    const bool first = !known[w].active;
    if (!first) ++counters.seen;
    const Instant after = first ? now : std::max<Instant>(known[w].at, now - look_each);
    told.push_back(
        {.kind = first ? Told::Kind::state : Told::Kind::seen, .wish = w, .active = active, .at = now, .uncertainty = now - after});
    known[w] = {.active = active, .at = now, .gone = false};
  }
}

void Watch::State::tell() {
  if (!told.empty()) ears.hear(std::exchange(told, {}));
}

}  // namespace holdup::gpio
