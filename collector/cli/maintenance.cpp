#include <boost/json.hpp>
#include <iostream>

#include "collector/cli/petition.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/utf8.hpp"

// `holdup maintenance`: windows of work, added, listed and ended in a running daemon.
namespace holdup::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) { return ground::printable(std::string{object.at(key).as_string()}); }

void print(const json::object& window) {
  std::cout << text(window, "id") << "  " << painted(Colour::warning, text(window, "intent") + " " + text(window, "element")) << " by "
            << text(window, "owner") << " until " << time_for_people(text(window, "end")) << "  " << text(window, "reason") << '\n';
}

}  // namespace

int maintenance_add(const MaintenanceAddOptions& options) {
  const auto length = ground::parse_duration(options.length);
  if (!length) return complain("--for " + options.length + " is no duration; write 2h", usage);
  return petition(options.url,
                  {{"do", "maintenance add"},
                   {"element", options.element},
                   {"intent", options.intent},
                   {"owner", options.owner.empty() ? own_name() : options.owner},
                   {"reason", options.reason},
                   {"for_s", ground::seconds(*length)}},
                  options.json);
}

int maintenance_list(const MaintenanceListOptions& options) {
  const auto status = status_of(options.url);
  if (!status) return complain(status.error().what, cannot_know);
  try {
    for (const auto& window : status->at("maintenance").as_array()) {
      if (options.json)
        std::cout << ground::printable(json::serialize(window)) << '\n';
      else
        print(window.as_object());
    }
  } catch (const std::exception& error) {
    return complain("that is no list of windows: " + std::string{error.what()}, cannot_know);
  }
  return fine;
}

int maintenance_end(const MaintenanceEndOptions& options) {
  return petition(options.url, {{"do", "maintenance end"}, {"window", options.id}, {"by", options.by.empty() ? own_name() : options.by}},
                  options.json);
}

}  // namespace holdup::cli
