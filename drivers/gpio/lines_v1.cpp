#include <fcntl.h>
#include <gpiod.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "drivers/gpio/lines.hpp"
#include "ground/clock/clock.hpp"
#include "ground/number.hpp"

// libgpiod 1.6: a descriptor a line, the kernel's queue holds 16 events a line, drops the newest beyond and does not say so. It has no
// debounce of its own.
namespace holdup::gpio {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

constexpr std::size_t kernel_queue = 16;  // events a line, gpiolib's kfifo
constexpr const char* consumer = "holdup";

struct CloseChip {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }  // releases its lines
};

Failure failed(const std::string& what) { return {FailureKind::machine, what + ": " + std::strerror(errno)}; }

int flags_of(const Wish& wish) {
  int flags = wish.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (wish.bias == Bias::disabled) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
  if (wish.bias == Bias::pull_up) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
  if (wish.bias == Bias::pull_down) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  return flags;
}

gpiod_line* find(gpiod_chip* chip, const std::string& name) {
  const auto offset = ground::parse_integer(name);
  if (!offset) return gpiod_chip_find_line(chip, name.c_str());
  if (*offset < 0 || *offset >= gpiod_chip_num_lines(chip)) return errno = ENOENT, nullptr;
  return gpiod_chip_get_line(chip, static_cast<unsigned>(*offset));
}

/// Why a line cannot be had: who holds it, where somebody does.
Failure refused(gpiod_line* line, const std::string& name) {
  const Failure failure = failed("line '" + name + "'");
  if (errno != EBUSY || gpiod_line_update(line) != 0) return failure;
  const char* user = gpiod_line_consumer(line);
  return {FailureKind::machine, "line '" + name + "' is used by " + (user != nullptr ? user : "another program")};
}

}  // namespace

struct Lines::State {
  struct Line {
    gpiod_line* line = nullptr;  // the chip's
    int descriptor = -1;         // the line's
  };
  std::unique_ptr<gpiod_chip, CloseChip> chip;
  std::vector<Wish> wishes;
  std::vector<Line> lines;                       // by wish
  std::vector<std::optional<Failure>> failures;  // by wish

  void request(std::size_t w) { failures[w] = take(wishes[w], lines[w]); }

  std::optional<Failure> take(const Wish& wish, Line& mine) {
    gpiod_line* found = find(chip.get(), wish.line);
    if (found == nullptr) return Failure{FailureKind::unsupported, "no line '" + wish.line + "' on " + gpiod_chip_name(chip.get())};
    if (gpiod_line_request_both_edges_events_flags(found, consumer, flags_of(wish)) != 0) return refused(found, wish.line);
    const int descriptor = gpiod_line_event_get_fd(found);
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) {
      const Failure failure = failed("line '" + wish.line + "'");
      gpiod_line_release(found);
      return failure;
    }
    mine = {.line = found, .descriptor = descriptor};
    return std::nullopt;
  }
};

Lines::Lines(std::unique_ptr<State> state) : state_{std::move(state)} {}
Lines::Lines(Lines&&) noexcept = default;
Lines& Lines::operator=(Lines&&) noexcept = default;
Lines::~Lines() = default;

Result<Lines> Lines::request(const std::string& chip, std::span<const Wish> wishes) {
  auto state = std::make_unique<State>();
  state->chip.reset(gpiod_chip_open_lookup(chip.c_str()));
  if (!state->chip) return failed("no GPIO chip '" + chip + "'");
  state->wishes.assign(wishes.begin(), wishes.end());
  state->lines.resize(wishes.size());
  state->failures.resize(wishes.size());
  for (std::size_t w = 0; w < wishes.size(); ++w) state->request(w);
  return Lines{std::move(state)};
}

bool Lines::ask_again() {
  bool won = false;
  for (std::size_t w = 0; w < state_->wishes.size(); ++w) {
    if (!state_->failures[w]) continue;
    state_->request(w);
    won = won || !state_->failures[w];
  }
  return won;
}

const std::vector<std::optional<Failure>>& Lines::failures() const { return state_->failures; }

std::vector<int> Lines::descriptors() const {
  std::vector<int> out;
  for (const auto& line : state_->lines)
    if (line.descriptor >= 0) out.push_back(line.descriptor);
  return out;
}

// The kernel reads the level only after the interrupt: of two quick edges both may bear the later level. Stamps and the last level are
// right.
Result<Taken> Lines::take(int descriptor) {
  Taken out;
  for (std::size_t w = 0; w < state_->lines.size(); ++w) {
    if (state_->lines[w].descriptor != descriptor) continue;
    std::array<gpiod_line_event, kernel_queue> events{};
    const int count = gpiod_line_event_read_multiple(state_->lines[w].line, events.data(), events.size());
    if (count < 0 && errno != EAGAIN) return failed("cannot read edges");
    for (int i = 0; i < count; ++i) {
      const auto& [stamp, type] = events[static_cast<std::size_t>(i)];
      const auto at = ground::clock::of_kernel_stamp(std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec});
      out.edges.push_back({.wish = w, .active = type == GPIOD_LINE_EVENT_RISING_EDGE, .at = at});
    }
    out.maybe_lost = count == static_cast<int>(kernel_queue);
  }
  return out;
}

Result<std::vector<bool>> Lines::levels() {
  std::vector<bool> out;
  for (const auto& line : state_->lines) {
    const int value = line.line == nullptr ? 0 : gpiod_line_get_value(line.line);
    if (value < 0) return failed("cannot read a level");
    out.push_back(value == 1);
  }
  return out;
}

}  // namespace holdup::gpio
