#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "collector/incident/notices.hpp"
#include "ground/instant.hpp"

// What a person asks of a running daemon and what is answered. The host has checked who it is and whose token that was. Inputs and effects
// of the core.
namespace holdup::core {

struct Attest {
  std::string element, by, reason;
};
struct OpenWindow {
  std::string element, intent, owner, reason;
  ground::Duration length{};
};
struct EndWindow {
  std::string id, by;
};
/// `token` is the name of the token that was shown, "" when none was known.
struct BeginHandsOff {
  std::string by, token;
};
struct EndHandsOff {
  std::string by, token;
};
/// May a verb that changes something be performed? Of those that the core does not perform itself: "reload", "db compact".
struct Permit {
  std::string verb;
};
/// What the pull test of a supply showed, to be kept.
struct Commission {
  std::string element;
  incident::Commissioned test;  // its element, id and time are the core's to fill in
};
using Request = std::variant<Attest, OpenWindow, EndWindow, BeginHandsOff, EndHandsOff, Permit, Commission>;

struct Asked {
  std::uint64_t ticket = 0;  // comes back with the answer; 0: nobody waits for one
  std::string who;           // for the audit: "uid 1000 (alice)"
  Request request;
};

struct Answer {
  enum class Outcome : std::uint8_t { done, wrong, refused };  // refused: hands off
  std::uint64_t ticket = 0;
  Outcome outcome = Outcome::done;
  std::string text;
  std::string event;  // id of what was written of it, "" when nothing was
};

}  // namespace holdup::core
