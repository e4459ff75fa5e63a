#include "collector/cli/terminal.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

bool coloured() {
  const char* refused = std::getenv("NO_COLOR");
  return on_terminal() && (refused == nullptr || *refused == '\0');
}

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::good:
      return "\x1b[32m";
    case Colour::warning:
      return "\x1b[33m";
    case Colour::bad:
      return "\x1b[1;31m";
    case Colour::dim:
      break;
  }
  return "\x1b[2m";
}

}  // namespace

bool on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string painted(Colour colour, std::string_view text) {
  const auto shown = ground::printable(text);
  return coloured() ? std::string{code(colour)} + shown + "\x1b[0m" : shown;
}

std::string time_for_people(ground::Utc time) {
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm local{};
  char text[64] = "";
  if (::localtime_r(&seconds, &local) != nullptr) std::strftime(text, sizeof text, " (%H:%M:%S %Z)", &local);
  return ground::iso8601(time) + text;
}

std::string time_for_people(std::string_view iso8601) {
  const auto time = ground::parse_iso8601(iso8601);
  return time ? time_for_people(*time) : ground::printable(iso8601);
}

int complain(std::string_view what, int code) {
  std::cerr << "holdup: " << ground::printable(what) << '\n';
  return code;
}

}  // namespace holdup::cli
