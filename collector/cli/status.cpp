#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/serve/mirror.hpp"
#include "collector/serve/status_json.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"

// `holdup status`: is the rack redundant, and how do we know.
namespace holdup::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds watch_period{1};
constexpr std::size_t slice = 1'000;

std::string text(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? ground::printable(std::string{value->as_string()}) : "";
}

Colour colour_of(const std::string& word) {
  if (word == "redundant" || word == "on") return Colour::good;
  return word == "lost" ? Colour::bad : Colour::warning;
}

std::string padded(std::string cell, std::size_t width) {
  cell.resize(std::max(cell.size() + 2, width), ' ');
  return cell;
}

void print_incidents(const json::array& incidents) {
  for (const auto& each : incidents) {
    const auto& incident = each.as_object();
    if (text(incident, "state") != "open") continue;
    std::cout << painted(Colour::bad, "incident " + text(incident, "id")) << "  " << text(incident, "summary") << "  since "
              << time_for_people(text(incident, "begin")) << '\n';
    for (const auto& open : incident.at("open").as_array())
      std::cout << "    " << text(open.as_object(), "element") << ' ' << text(open.as_object(), "verdict") << " ("
                << text(open.as_object(), "strength") << ")\n";
  }
}

void print_supplies(const json::array& supplies) {
  for (const auto& each : supplies) {
    const auto& supply = each.as_object();
    const auto state = text(supply, "state");
    std::cout << "  " << padded(text(supply, "element"), 20) << painted(colour_of(state), padded(state, 10)) << text(supply, "why") << '\n';
  }
}

constexpr std::chrono::days long_unheard{90};

/// "no trap in 120 d": of a device that has not called for so long, although it was listened for. Silence of traps is easily overlooked.
std::string unheard(const json::object& status, const json::object& device) {
  const auto* traps = status.if_contains("traps");
  const auto* last = device.if_contains("last_trap");
  if (traps == nullptr || last == nullptr || !traps->is_object()) return {};
  const auto& from = last->is_string() ? *last : traps->as_object().at("since");
  if (!from.is_string()) return {};
  const auto now = ground::parse_iso8601(text(status, "time"));
  const auto unheard_for = now.value_or(ground::Utc{}) - ground::parse_iso8601(from.as_string()).value_or(now.value_or(ground::Utc{}));
  if (unheard_for < long_unheard) return {};
  const auto days = std::chrono::floor<std::chrono::days>(unheard_for).count();
  return "  " + painted(Colour::warning, (last->is_string() ? "no trap for " : "never a trap in ") + std::to_string(days) + " d");
}

void print_devices(const json::object& status) {
  const auto& devices = status.at("devices").as_array();
  for (const auto& each : devices) {
    const auto& device = each.as_object();
    const auto& answers = device.at("answers");
    const bool well = answers.is_bool() && answers.as_bool();
    std::cout << "  " << padded(text(device, "element"), 20)
              << painted(well ? Colour::good : Colour::warning, padded(well                ? "answers"
                                                                       : answers.is_null() ? "not yet"
                                                                                           : "silent",
                                                                       10));
    if (const auto& age = device.at("age_s"); age.is_number())
      std::cout << "last answer " << ground::number_text(age.to_number<double>()) << " s ago";
    std::cout << unheard(status, device) << '\n';
  }
}

void print_contacts(const json::array& contacts) {
  for (const auto& each : contacts) {
    const auto& contact = each.as_object();
    const auto state = text(contact, "state");
    const auto colour = state == "closed" ? Colour::good : state == "open" ? Colour::bad : Colour::warning;
    std::cout << "  " << padded(text(contact, "element"), 20) << painted(colour, padded(state, 10)) << text(contact, "senses") << " of "
              << text(contact, "of");
    if (!contact.at("exercised").is_string()) std::cout << "  " << painted(Colour::warning, "untested: it never moved");
    std::cout << '\n';
  }
}

/// What people said, which makes the rest quiet or loud, or lets nothing be changed.
void print_notices(const json::object& status) {
  if (const auto* hands = status.if_contains("handsoff"); hands != nullptr && hands->is_object())
    std::cout << painted(Colour::warning, "hands off") << " since " << time_for_people(text(hands->as_object(), "since")) << ", by "
              << text(hands->as_object(), "by") << '\n';
  const auto each = [&](const char* key, auto print_one) {
    const auto* all = status.if_contains(key);
    if (all == nullptr || !all->is_array()) return;
    for (const auto& one : all->as_array()) print_one(one.as_object());
  };
  each("maintenance", [](const json::object& one) {
    std::cout << painted(Colour::warning, "maintenance " + text(one, "id")) << "  " << text(one, "element") << " (" << text(one, "intent")
              << ") by " << text(one, "owner") << " until " << time_for_people(text(one, "end")) << ": " << text(one, "reason") << '\n';
  });
  each("attested", [](const json::object& one) {
    std::cout << painted(Colour::warning, "attested, not proven") << "  " << text(one, "element") << " by " << text(one, "by") << ": "
              << text(one, "reason") << '\n';
  });
}

void print(const json::object& status) {
  std::cout << painted(colour_of(text(status, "verdict")), text(status, "sentence")) << '\n';
  print_notices(status);
  print_incidents(status.at("incidents").as_array());
  for (const auto& each : status.at("warnings").as_array()) {
    const auto& warning = each.as_object();
    std::cout << painted(Colour::warning, "warning " + text(warning, "name")) << "  " << text(warning, "element") << "  "
              << text(warning, "summary") << '\n';
  }
  print_supplies(status.at("supplies").as_array());
  if (const auto* contacts = status.if_contains("contacts")) print_contacts(contacts->as_array());
  print_devices(status);
  std::cout << "  at " << time_for_people(text(status, "time")) << '\n' << std::flush;
}

int code_of(const json::object& status) {
  const auto verdict = text(status, "verdict");
  if (!status.at("incidents").as_array().empty() || !status.at("warnings").as_array().empty()) return problem_found;
  if (verdict == "unknown") return cannot_know;
  return verdict == "redundant" ? fine : problem_found;
}

int show(const StatusOptions& options, const Reply& reply) {
  try {
    const auto status = json::parse(reply.body).as_object();
    const int code = code_of(status);
    if (options.json)
      std::cout << ground::printable(reply.body) << '\n' << std::flush;
    else
      print(status);
    return code;
  } catch (const std::exception& error) {
    return complain("that is no status: " + std::string{error.what()}, cannot_know);
  }
}

/// A file knows what was said, not what holds now.
int of_store(const StatusOptions& options) {
  auto reader = store::Reader::open(options.source.store);
  if (!reader) return complain(reader.error().what, cannot_know);
  serve::Mirror mirror{site::Site{}};
  std::int64_t seq = 0;
  std::string newest = "never";
  for (bool more = true; more;) {
    auto stored = reader->events(seq, slice);
    if (!stored) return complain(stored.error().what, cannot_know);
    more = stored->size() == slice;
    serve::News past;
    for (auto& entry : *stored) {
      seq = entry.seq;
      newest = time_for_people(entry.event.time);
      past.restored.push_back(std::move(entry.event));
    }
    mirror.apply(std::move(past));
  }
  if (options.json) return std::cout << serve::incidents_json(mirror) << '\n', mirror.open().empty() ? fine : problem_found;
  const auto open = mirror.open().size();
  std::cout << painted(open == 0 ? Colour::good : Colour::bad, std::to_string(open) + (open == 1 ? " incident" : " incidents") + " open")
            << ", newest event " << newest << '\n';
  print_incidents(json::parse(serve::incidents_json(mirror)).at("incidents").as_array());
  return open == 0 ? fine : problem_found;
}

int watch(const StatusOptions& options, const DaemonClient& daemon) {
  for (;;) {
    const auto reply = daemon.get("/api/holdup/v1/status");
    if (!options.json && on_terminal()) std::cout << "\x1b[H\x1b[2J";
    reply ? show(options, *reply) : complain(reply.error().what, cannot_know);
    std::this_thread::sleep_for(watch_period);
  }
}

}  // namespace

int status(const StatusOptions& options) {
  if (!options.source.store.empty()) return of_store(options);
  const auto daemon = DaemonClient::at(options.source.url);
  if (!daemon) return complain(daemon.error().what, usage);
  if (options.watch) return watch(options, *daemon);
  const auto reply = daemon->get("/api/holdup/v1/status");
  return reply ? show(options, *reply) : complain(reply.error().what, cannot_know);
}

}  // namespace holdup::cli
