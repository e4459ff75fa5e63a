#include <boost/json.hpp>
#include <iostream>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup verify`: what is proven back of an element, line by line, with its evidence.
namespace holdup::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) { return ground::printable(std::string{object.at(key).as_string()}); }

Colour colour_of(const std::string& proof) {
  if (proof == "proven") return Colour::good;
  return proof == "not yet" ? Colour::bad : Colour::warning;
}

void print(const json::object& line) {
  std::cout << painted(colour_of(text(line, "proof")), text(line, "text")) << '\n';
  for (const auto& each : line.at("evidence").as_array()) {
    const auto& e = each.as_object();
    const auto& value = e.at("value");
    std::cout << "    " << text(e, "source") << ": " << text(e, "point")
              << (value.is_number() ? " = " + ground::number_text(value.to_number<double>()) : "") << "  " << text(e, "quality") << "  "
              << text(e, "time") << '\n';
  }
}

// Attested is not proven; what nothing observes speaks neither for nor against, but for the inputs.
int code_of(const json::array& lines) {
  int code = fine;
  for (const auto& each : lines) {
    const auto proof = text(each.as_object(), "proof");
    if (proof == "not yet" || proof == "attested") return problem_found;
    if (proof == "not observed" && text(each.as_object(), "about") == "inputs") code = cannot_know;
  }
  return code;
}

int show(const Reply& reply, bool as_json) {
  try {
    const auto answer = json::parse(reply.body).as_object();
    const auto& lines = answer.at("lines").as_array();
    for (const auto& line : lines) {
      if (as_json)
        std::cout << ground::printable(json::serialize(line)) << '\n';
      else
        print(line.as_object());
    }
    return code_of(lines);
  } catch (const std::exception& error) {
    return complain("that is no verification: " + std::string{error.what()}, cannot_know);
  }
}

}  // namespace

int verify(const VerifyOptions& options) {
  const auto daemon = DaemonClient::at(options.url);
  if (!daemon) return complain(daemon.error().what, usage);
  const auto reply = daemon->get("/api/holdup/v1/verify/" + url_encoded(options.element));
  if (!reply) return complain(reply.error().what, cannot_know);
  if (reply->status == 404) return complain("no element '" + options.element + "' in the site file", usage);
  return show(*reply, options.json);
}

}  // namespace holdup::cli
