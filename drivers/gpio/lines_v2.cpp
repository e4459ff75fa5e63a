#include <gpiod.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "drivers/gpio/lines.hpp"
#include "ground/clock/clock.hpp"
#include "ground/number.hpp"

// libgpiod 2.x: one request for all lines of a chip, events numbered by the kernel, which debounces by itself.
namespace holdup::gpio {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

constexpr std::size_t queue = 1024;  // events that the kernel keeps for us
constexpr std::size_t batch = 64;    // a turn

struct Free {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }
  void operator()(gpiod_chip_info* info) const { gpiod_chip_info_free(info); }
  void operator()(gpiod_line_info* info) const { gpiod_line_info_free(info); }
  void operator()(gpiod_line_settings* settings) const { gpiod_line_settings_free(settings); }
  void operator()(gpiod_line_config* config) const { gpiod_line_config_free(config); }
  void operator()(gpiod_request_config* config) const { gpiod_request_config_free(config); }
  void operator()(gpiod_line_request* request) const { gpiod_line_request_release(request); }
  void operator()(gpiod_edge_event_buffer* buffer) const { gpiod_edge_event_buffer_free(buffer); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Failure failed(const std::string& what) { return {FailureKind::machine, what + ": " + std::strerror(errno)}; }

bool is_called(gpiod_chip* chip, const std::string& label) {
  const Owned<gpiod_chip_info> info{gpiod_chip_get_info(chip)};
  return info && label == gpiod_chip_info_get_label(info.get());
}

/// By path, by name under /dev, else the first chip of that label.
Owned<gpiod_chip> open_chip(const std::string& chip) {
  if (chip.starts_with('/')) return Owned<gpiod_chip>{gpiod_chip_open(chip.c_str())};
  if (Owned<gpiod_chip> named{gpiod_chip_open(("/dev/" + chip).c_str())}) return named;
  const int error = errno;
  std::vector<std::string> paths;
  std::error_code ended;
  for (std::filesystem::directory_iterator at{"/dev", ended}, end; !ended && at != end; at.increment(ended))
    if (at->path().filename().string().starts_with("gpiochip")) paths.push_back(at->path());
  std::ranges::sort(paths);
  for (const auto& path : paths)
    if (Owned<gpiod_chip> one{gpiod_chip_open(path.c_str())}; one && is_called(one.get(), chip)) return one;
  return errno = error, nullptr;
}

gpiod_line_bias bias_of(Bias bias) {
  switch (bias) {
    case Bias::disabled:
      return GPIOD_LINE_BIAS_DISABLED;
    case Bias::pull_up:
      return GPIOD_LINE_BIAS_PULL_UP;
    case Bias::pull_down:
      return GPIOD_LINE_BIAS_PULL_DOWN;
    default:
      return GPIOD_LINE_BIAS_AS_IS;
  }
}

}  // namespace

struct Lines::State {
  /// Lines that were asked for together; the kernel numbers their events.
  struct Request {
    Owned<gpiod_line_request> lines;
    unsigned long last_number = 0;
  };
  struct Line {
    unsigned offset = 0;
    std::optional<std::size_t> request;  // nothing: not ours
  };
  Owned<gpiod_chip> chip;
  Owned<gpiod_edge_event_buffer> events{gpiod_edge_event_buffer_new(batch)};
  std::vector<Request> requests;
  std::vector<Wish> wishes;
  std::vector<Line> lines;                       // by wish
  std::vector<std::optional<Failure>> failures;  // by wish

  /// The line's number, when it is there and free.
  Result<unsigned> find(const std::string& name) {
    auto offset = ground::parse_integer(name);
    if (!offset)
      if (const int found = gpiod_chip_get_line_offset_from_name(chip.get(), name.c_str()); found >= 0) offset = found;
    const Owned<gpiod_line_info> info{offset && *offset >= 0 ? gpiod_chip_get_line_info(chip.get(), static_cast<unsigned>(*offset))
                                                             : nullptr};
    if (!info) return Failure{FailureKind::unsupported, "no line '" + name + "' on the chip"};
    if (!gpiod_line_info_is_used(info.get())) return static_cast<unsigned>(*offset);
    const char* user = gpiod_line_info_get_consumer(info.get());
    return Failure{FailureKind::machine, "line '" + name + "' is used by " + (user != nullptr ? user : "another program")};
  }

  std::optional<Failure> add(std::size_t w, gpiod_line_config* config) {
    const Wish& wish = wishes[w];
    const auto found = find(wish.line);
    if (!found) return found.error();
    const Owned<gpiod_line_settings> settings{gpiod_line_settings_new()};
    if (!settings) return failed("line '" + wish.line + "'");
    gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
    gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
    gpiod_line_settings_set_active_low(settings.get(), wish.active_low);
    gpiod_line_settings_set_bias(settings.get(), bias_of(wish.bias));
    gpiod_line_settings_set_debounce_period_us(
        settings.get(), static_cast<unsigned long>(std::chrono::duration_cast<std::chrono::microseconds>(wish.debounce).count()));
    if (gpiod_line_config_add_line_settings(config, &*found, 1, settings.get()) != 0) return failed("line '" + wish.line + "'");
    lines[w].offset = *found;
    return std::nullopt;
  }

  /// In one request those of `asked` that can be had; what cannot stands in failures.
  void request(std::span<const std::size_t> asked) {
    const Owned<gpiod_line_config> config{gpiod_line_config_new()};
    const Owned<gpiod_request_config> how{gpiod_request_config_new()};
    std::vector<std::size_t> held;
    for (const std::size_t w : asked) {
      failures[w] = config && how && events ? add(w, config.get()) : failed("no memory for GPIO lines");
      if (!failures[w]) held.push_back(w);
    }
    if (held.empty()) return;
    gpiod_request_config_set_consumer(how.get(), "holdup");
    gpiod_request_config_set_event_buffer_size(how.get(), queue);
    Owned<gpiod_line_request> granted{gpiod_chip_request_lines(chip.get(), how.get(), config.get())};
    for (const std::size_t w : held)
      if (granted)
        lines[w].request = requests.size();
      else
        failures[w] = failed("line '" + wishes[w].line + "'");
    if (granted) requests.push_back({.lines = std::move(granted)});
  }
};

Lines::Lines(std::unique_ptr<State> state) : state_{std::move(state)} {}
Lines::Lines(Lines&&) noexcept = default;
Lines& Lines::operator=(Lines&&) noexcept = default;
Lines::~Lines() = default;

Result<Lines> Lines::request(const std::string& chip, std::span<const Wish> wishes) {
  auto state = std::make_unique<State>();
  state->chip = open_chip(chip);
  if (!state->chip) return failed("no GPIO chip '" + chip + "'");
  state->wishes.assign(wishes.begin(), wishes.end());
  state->lines.resize(wishes.size());
  state->failures.resize(wishes.size());
  std::vector<std::size_t> all(wishes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  state->request(all);
  return Lines{std::move(state)};
}

/// One by one: a line that the kernel refuses takes no other with it.
bool Lines::ask_again() {
  bool won = false;
  for (std::size_t w = 0; w < state_->wishes.size(); ++w) {
    if (!state_->failures[w]) continue;
    state_->request(std::span{&w, 1});
    won = won || !state_->failures[w];
  }
  return won;
}

const std::vector<std::optional<Failure>>& Lines::failures() const { return state_->failures; }

std::vector<int> Lines::descriptors() const {
  std::vector<int> out;
  for (const auto& request : state_->requests) out.push_back(gpiod_line_request_get_fd(request.lines.get()));
  return out;
}

Result<Taken> Lines::take(int descriptor) {
  Taken out;
  const auto at =
      std::ranges::find_if(state_->requests, [=](const auto& one) { return gpiod_line_request_get_fd(one.lines.get()) == descriptor; });
  if (at == state_->requests.end()) return out;
  const int waits = gpiod_line_request_wait_edge_events(at->lines.get(), 0);
  if (waits == 0) return out;
  const int count = waits < 0 ? -1 : gpiod_line_request_read_edge_events(at->lines.get(), state_->events.get(), batch);
  if (count < 0) return failed("cannot read edges");
  for (int i = 0; i < count; ++i) {
    gpiod_edge_event* event = gpiod_edge_event_buffer_get_event(state_->events.get(), static_cast<unsigned long>(i));
    const auto number = gpiod_edge_event_get_global_seqno(event);
    if (number > at->last_number + 1) out.lost += number - at->last_number - 1;
    at->last_number = number;
    const auto offset = gpiod_edge_event_get_line_offset(event);
    const auto line = std::ranges::find_if(state_->lines, [=](const auto& one) { return one.request && one.offset == offset; });
    if (line == state_->lines.end()) continue;
    out.edges.push_back({.wish = static_cast<std::size_t>(line - state_->lines.begin()),
                         .active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
                         .at = ground::clock::of_kernel_stamp(std::chrono::nanoseconds{gpiod_edge_event_get_timestamp_ns(event)})});
  }
  return out;
}

Result<std::vector<bool>> Lines::levels() {
  std::vector<bool> out;
  for (const auto& line : state_->lines) {
    const auto value =
        line.request ? gpiod_line_request_get_value(state_->requests[*line.request].lines.get(), line.offset) : GPIOD_LINE_VALUE_INACTIVE;
    if (value == GPIOD_LINE_VALUE_ERROR) return failed("cannot read a level");
    out.push_back(value == GPIOD_LINE_VALUE_ACTIVE);
  }
  return out;
}

}  // namespace holdup::gpio
