#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>

#include "collector/cli/verbs.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/open/secret.hpp"
#include "drivers/profile/files/profile_files.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup probe`: identifies one device, picks its profile, reads every point once.
namespace holdup::cli {
namespace {

namespace asio = boost::asio;
using ground::Quality;
using ground::Result;
using reading::Point;
using reading::Reading;
using reading::State;

/// What the device told.
struct Told {
  drivers::Identified identified;
  std::vector<Reading> readings;
  std::vector<std::string> raw;
};

asio::awaitable<Result<Told>> ask(drivers::Device& device, ground::Instant deadline) {
  Told told;
  auto identified = co_await device.identify(deadline);
  if (!identified) co_return identified.error();
  told.identified = *std::move(identified);
  if (told.identified.points.empty()) co_return told;
  std::vector<std::uint32_t> points(told.identified.points.size());
  std::iota(points.begin(), points.end(), 0u);
  const drivers::ReadRequest request{.points = points, .deadline = deadline, .raw = &told.raw};
  auto readings = co_await device.read(request);
  if (!readings) co_return readings.error();
  told.readings = *std::move(readings);
  co_return told;
}

Result<Told> run(asio::io_context& loop, drivers::Device& device, ground::Duration timeout) {
  std::optional<Result<Told>> result;
  std::exception_ptr thrown;
  asio::co_spawn(loop, ask(device, ground::clock::now() + timeout), [&](std::exception_ptr error, Result<Told> told) {
    thrown = error;
    result = std::move(told);
    loop.stop();
  });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(result);
}

const State* state_of(const Point& point, const Reading& reading) {
  if (!point.states || reading.quality != Quality::good) return nullptr;
  const auto at = std::find_if(point.states->begin(), point.states->end(),
                               [&](const State& state) { return static_cast<double>(state.code) == reading.value; });
  static const State unknown{.code = 0, .name = "unknown", .health = reading::Health::unknown};
  return at == point.states->end() ? &unknown : &*at;
}

bool has_value(const Reading& reading) { return reading.quality == Quality::good || reading.quality == Quality::out_of_range; }

std::string_view health_name(const State& state) { return reading::health_names[static_cast<std::size_t>(state.health)]; }

std::string device_json(const reading::Identity& identity) {
  ground::JsonWriter json;
  json.begin_object().key("device").begin_object();
  json.field("vendor", identity.vendor).field("model", identity.model).field("firmware", identity.firmware);
  json.field("serial", identity.serial).field("profile", identity.profile);
  json.end_object().end_object();
  return json.take();
}

std::string point_json(const Point& point, const Reading& reading, const std::string& raw) {
  ground::JsonWriter json;
  json.begin_object().field("metric", point.metric).key("labels").begin_object();
  for (const auto& [key, value] : point.labels) json.field(key, value);
  json.end_object().key("value");
  has_value(reading) ? json.value(reading.value) : json.null();
  json.field("quality", ground::name(reading.quality)).field("raw", raw).field("source", point.source);
  if (const State* state = state_of(point, reading)) json.field("state", state->name).field("health", health_name(*state));
  if (point.spare) json.field("spare", true);
  json.end_object();
  return json.take();
}

std::string labels_text(const Point& point) {
  std::string out;
  for (const auto& [key, value] : point.labels)
    if (key != "name") out.append(out.empty() ? "" : "/").append(value);
  return ground::printable(out);
}

std::string value_text(const Point& point, const Reading& reading) {
  if (!has_value(reading)) return std::string{ground::name(reading.quality)};
  if (const State* state = state_of(point, reading)) return ground::printable(state->name) + " (" + std::string{health_name(*state)} + ")";
  auto text = ground::number_text(reading.value);
  if (reading.quality != Quality::good) text.append("  ").append(ground::name(reading.quality));
  return text;
}

std::string padded(std::string text, std::size_t width) {
  const auto characters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return characters < width ? text.append(width - characters, ' ') : text.append(" ");
}

void print_people(const Told& told) {
  const auto& identity = told.identified.identity;
  const auto word = [](const std::string& text) { return text.empty() ? std::string{"-"} : ground::printable(text); };
  std::cout << word(identity.vendor) << ' ' << word(identity.model) << "  firmware " << word(identity.firmware) << "  serial "
            << word(identity.serial) << "  profile " << word(identity.profile) << '\n';
  for (std::size_t i = 0; i < told.readings.size(); ++i) {
    const Point& point = told.identified.points[told.readings[i].point];
    std::cout << padded(labels_text(point), 12) << padded(ground::printable(reading::label(point, "name")), 26) << padded(point.metric, 36)
              << padded(value_text(point, told.readings[i]), 24) << point.source << (point.spare ? "  spare" : "") << '\n';
  }
}

void print_json(const Told& told) {
  std::cout << device_json(told.identified.identity) << '\n';
  for (std::size_t i = 0; i < told.readings.size(); ++i)
    std::cout << point_json(told.identified.points[told.readings[i].point], told.readings[i], told.raw[i]) << '\n';
}

int complain(ExitCode code, const std::string& what) {
  std::cerr << "holdup probe: " << what << '\n';
  return code;
}

Result<drivers::Opening> opening_of(const ProbeOptions& options) {
  using namespace std::chrono_literals;
  const auto address = drivers::parse_address(options.url);
  if (!address) return ground::Failure{address.error().kind, ground::printable(options.url) + ": " + address.error().what};
  drivers::Opening opening{
      .address = *address, .community = options.community, .profile = options.profile, .spares = true, .resend_after = 1s};
  if (options.community_file.empty()) return opening;
  auto secret = drivers::read_secret(options.community_file);
  if (!secret) return secret.error();
  opening.community = *std::move(secret);
  return opening;
}

}  // namespace

int probe(const ProbeOptions& options) {
  const auto timeout = ground::parse_duration(options.timeout);
  if (!timeout) return complain(usage, "--timeout: write a number and its unit, such as 10s");
  const auto opening = opening_of(options);
  if (!opening) return complain(usage, opening.error().what);
  ground::Problems problems;
  const auto library = profile::load_folder(options.profiles, problems);
  for (const auto& problem : problems.all()) std::cerr << problem.text() << '\n';
  if (!problems.ok()) return problem_found;
  asio::io_context loop{1};
  drivers::Opener opener{loop, library, static_cast<std::uint32_t>(ground::clock::now().time_since_epoch().count())};
  const auto device = opener.open(*opening);
  if (!device) return complain(usage, device.error().what);
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "asking " << ground::printable(options.url) << " …\n";
  const auto told = run(loop, **device, *timeout);
  if (!told) return complain(cannot_know, ground::printable(options.url) + ": " + ground::printable(told.error().what));
  options.json ? print_json(*told) : print_people(*told);
  if (told->readings.empty()) return complain(cannot_know, "no profile fits it, and it answers no standard MIB that holdup reads");
  return fine;
}

}  // namespace holdup::cli
