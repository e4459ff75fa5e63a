#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <iostream>

#include "collector/cli/configuration.hpp"
#include "collector/cli/outline.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/coverage/coverage_json.hpp"
#include "ground/utf8.hpp"

// `holdup coverage`: what would show the loss of each supply, how soon at the worst, what would not. On paper from a site file, no device
// touched; else of the running daemon.
namespace holdup::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) { return ground::printable(std::string{object.at(key).as_string()}); }

/// Rounded up: nothing is promised that was not reckoned.
std::string time_text(const json::value& seconds) {
  const auto exact = std::chrono::duration<double>{seconds.to_number<double>()};
  const std::chrono::milliseconds up{std::llround(std::ceil(exact.count() * 1e3 - 1e-6))};
  return ground::duration_text(up);
}

std::string listed(const json::array& all) {
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ", ") + ground::printable(std::string{one.as_string()});
  return out;
}

/// "within 170ms (data sheet)", or "at worst unknown, at least 150ms".
std::string worst_text(const json::object& of) {
  if (!of.at("worst_s").is_null()) return "within " + time_text(of.at("worst_s")) + " (" + text(of, "basis") + ")";
  return "at worst unknown, at least " + time_text(of.at("at_least_s"));
}

std::string best_text(const json::object& best) {
  return text(best, "source") + ", " + text(best, "what") + ": " + text(best, "proves") + " " + worst_text(best);
}

std::string terms_text(const json::array& terms) {
  std::string out;
  for (const auto& each : terms) {
    const auto& term = each.as_object();
    out += (out.empty() ? "" : " + ") + text(term, "term") + (term.at("s").is_null() ? "" : " " + time_text(term.at("s"))) + " " +
           text(term, "basis");
    if (const auto why = text(term, "why"); !why.empty()) out += " (" + why + ")";
  }
  return out;
}

void print_sign(const json::object& sign, bool live) {
  const auto only = text(sign, "only");
  std::cout << "    " << text(sign, "source") << ", " << text(sign, "what") << ": " << text(sign, "proves")
            << (only.empty() ? "" : ", " + only) << ": " << listed(sign.at("sees").as_array()) << '\n';
  std::cout << painted(Colour::dim, "        " + worst_text(sign) + ": " + terms_text(sign.at("terms").as_array())) << '\n';
  if (!live) return;
  std::string last = "never";
  if (const auto* seen = sign.at("exercised").if_object())
    last = time_for_people(text(*seen, "time")) + " by " + text(*seen, "verdict") + " (" + text(*seen, "strength") + "), " +
           time_text(seen->at("after_first_sign_s")) + " after its first sign";
  std::cout << painted(Colour::dim, "        exercised: " + last) << '\n';
}

void print_blind(const json::object& line) {
  for (const auto& each : line.at("blind").as_array())
    std::cout << "  " << painted(Colour::warning, "blind: " + text(each.as_object(), "text")) << '\n';
}

std::string loss_text(std::string_view loss) {
  if (loss == "above") return "lost above it";
  if (loss == "input") return "input lost";
  if (loss == "output") return "output failed";
  return loss == "removal" ? "removed" : "switched off";
}

void print_losses(const json::object& line) {
  for (const auto& each : line.at("losses").as_array()) {
    const auto& loss = each.as_object();
    const auto first = best_text(loss.at("first").as_object()), surest = best_text(loss.at("surest").as_object());
    std::cout << "  " << loss_text(text(loss, "of")) << ": " << first << (first == surest ? "" : "; " + surest) << '\n';
  }
}

void print_rests(const json::object& line) {
  if (!line.at("rests_on").is_null())
    std::cout << "  rests on one: only " << text(line, "rests_on") << " sees the supply itself, and nothing contradicts what it says\n";
  if (const auto points = listed(line.at("single_points").as_array()); !points.empty())
    std::cout << "  single points of observation: " << points << ": without one of them nothing of it is seen\n";
  if (const auto unknown = listed(line.at("unknown").as_array()); !unknown.empty())
    std::cout << "  "
              << painted(Colour::warning,
                         "not known what " + unknown + " tells: " +
                             (line.at("live").as_bool() ? "it was not identified yet" : "write its profile:, or ask the running daemon"))
              << '\n';
  if (!line.at("carried").is_null()) std::cout << "  carried load last: " << time_for_people(text(line, "carried")) << '\n';
}

void print(const json::object& line) {
  const auto what = text(line, "what");
  const bool supply = what == "supply";
  std::cout << text(line, "element") << (supply ? "" : " (" + what + ")") << '\n';
  if (supply) print_losses(line);
  if (const auto* signs = line.if_contains("signs")) {
    const auto& all = signs->as_array();
    std::cout << "  " << (all.empty() ? "no signs" : all.size() == 1 ? "1 sign" : std::to_string(all.size()) + " signs") << '\n';
    for (const auto& sign : all) print_sign(sign.as_object(), supply && line.at("live").as_bool());
  }
  print_blind(line);
  if (supply) print_rests(line);
}

/// What rests on nothing outweighs what is not known yet.
int code_of(const json::array& lines) {
  int code = fine;
  for (const auto& each : lines) {
    const auto& line = each.as_object();
    if (text(line, "what") != "supply") continue;
    const bool known = line.at("unknown").as_array().empty();
    if (known && line.at("signs").as_array().empty()) return problem_found;
    if (!known) code = cannot_know;
  }
  return code;
}

int show(const json::array& lines, bool as_json) {
  for (const auto& line : lines) {
    if (as_json)
      std::cout << ground::printable(json::serialize(line)) << '\n';
    else
      print(line.as_object());
  }
  return code_of(lines);
}

coverage::DeviceView view_of(const site::Device& device, const profile::Library& library) {
  const auto* profile = device.profile.empty() ? nullptr : library.find(device.profile);
  if (profile == nullptr) return coverage::unknown(device);
  const auto outline = outline_of(*profile, device.read_clearing ? profile::Clearing::allowed : profile::Clearing::refused);
  return coverage::on_paper(device, outline.points, profile->quirks.pace, outline.places.size() == outline.points.size());
}

int on_paper(const CoverageOptions& options) {
  ground::Problems problems;
  const auto configuration = load_configuration(options.path, options.profiles, problems);
  if (!print_errors(problems, options.json)) return problem_found;
  coverage::Picture picture{.site = configuration.site, .devices = {}};
  for (const auto& device : configuration.site.devices) picture.devices.push_back(view_of(device, *configuration.profiles));
  json::array lines;
  for (const auto& line : coverage::json_lines(picture, coverage::coverage_of(picture))) lines.push_back(json::parse(line));
  return show(lines, options.json);
}

}  // namespace

int coverage_of_rack(const CoverageOptions& options) {
  if (!options.path.empty()) return on_paper(options);
  const auto daemon = DaemonClient::at(options.url);
  if (!daemon) return complain(daemon.error().what, usage);
  const auto reply = daemon->get("/api/holdup/v1/coverage");
  if (!reply) return complain(reply.error().what, cannot_know);
  try {
    return show(json::parse(reply->body).as_object().at("lines").as_array(), options.json);
  } catch (const std::exception& error) {
    return complain("that is no coverage: " + std::string{error.what()}, cannot_know);
  }
}

}  // namespace holdup::cli
