#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "collector/cli/ask_once.hpp"
#include "collector/cli/credential.hpp"
#include "collector/cli/probe_line.hpp"
#include "collector/cli/quirks.hpp"
#include "collector/cli/told.hpp"
#include "collector/cli/verbs.hpp"
#include "drivers/address/line.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/open/secret.hpp"
#include "drivers/profile/files/profile_files.hpp"
#include "ground/clock/clock.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup probe`: identifies one device, picks its profile, reads every point once.
namespace holdup::cli {
namespace {

namespace asio = boost::asio;
using ground::Result;

int complain(ExitCode code, const std::string& what) {
  std::cerr << "holdup probe: " << what << '\n';
  return code;
}

Result<drivers::Opening> opening_of(const ProbeOptions& options) {
  using namespace std::chrono_literals;
  const auto address = drivers::parse_address(options.url);
  if (!address) return ground::Failure{address.error().kind, ground::printable(options.url) + ": " + address.error().what};
  drivers::Opening opening{
      .address = *address, .access = {.community = options.community}, .profile = options.profile, .spares = true, .resend_after = 1s};
  if (options.explain) opening.trace = [](const std::string& line) { std::cerr << ground::printable(line) << '\n'; };
  if (!options.v3_file.empty()) {
    opening.access.credential = credential_of(options.v3_file);
    if (!opening.access.credential) return ground::Failure{ground::FailureKind::machine, "no credential to ask with"};
  }
  if (options.community_file.empty()) return opening;
  auto secret = drivers::read_secret(options.community_file);
  if (!secret) return secret.error();
  opening.access.community = *std::move(secret);
  return opening;
}

std::string who_asks(const drivers::Opening& opening) {
  const auto& address = opening.address;
  if (address.protocol == drivers::Address::Protocol::modbus) return "Modbus TCP";
  if (!address.serial.path.empty()) return "Modbus RTU on " + address.serial.path + ", " + address.serial.settings();
  if (address.speaks_modbus()) return "Modbus RTU over TCP";
  if (opening.access.credential) return "SNMPv3 as " + opening.access.credential->text();
  return "SNMP v2c by community, v1 where that gets no answer";
}

/// What was decided on the way, behind the packets.
void explain(const Told& told, const drivers::Opening& opening, const profile::Library& library) {
  std::cerr << "settings: " << who_asks(opening);
  if (opening.resend_after) std::cerr << ", lost datagrams again after " << ground::duration_text(*opening.resend_after);
  std::cerr << '\n';
  for (const auto& name : told.identified.profiles) {
    const auto* profile = library.find(name);
    if (profile == nullptr) continue;
    if (const auto quirks = quirks_of(*profile); !quirks.empty()) std::cerr << "quirks of " << name << ": " << quirks << '\n';
  }
  std::cerr << "read through:";
  for (const auto& profile : told.identified.profiles) std::cerr << ' ' << profile;
  const auto& points = told.identified.points;
  const auto lane = [&](reading::Lane wanted) {
    return std::count_if(points.begin(), points.end(), [&](const auto& p) { return p.lane == wanted && !p.spare; });
  };
  std::cerr << "\npoints: " << lane(reading::Lane::hot) << " hot, " << lane(reading::Lane::routine) << " routine, "
            << lane(reading::Lane::slow) << " slow, " << std::count_if(points.begin(), points.end(), [](const auto& p) { return p.spare; })
            << " spare\n";
}

}  // namespace

int probe(const ProbeOptions& options) {
  if (drivers::names_line(options.url)) return probe_line(options);
  const auto timeout = ground::parse_duration(options.timeout);
  if (!timeout) return complain(usage, "--timeout: write a number and its unit, such as 10s");
  const auto opening = opening_of(options);
  if (!opening) return complain(usage, opening.error().what);
  ground::Problems problems;
  const auto library = profile::load_folders(options.profiles, problems);
  for (const auto& problem : problems.all()) std::cerr << problem.text() << '\n';
  if (!problems.ok()) return problem_found;
  asio::io_context loop{1};
  drivers::Opener opener{loop, library, static_cast<std::uint32_t>(ground::clock::now().time_since_epoch().count())};
  const auto device = opener.open(*opening);
  if (!device) return complain(usage, device.error().what);
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "asking " << ground::printable(options.url) << " …\n";
  auto told = ask_once(loop, **device, *timeout);
  if (!told) return complain(cannot_know, ground::printable(options.url) + ": " + ground::printable(told.error().what));
  if (options.explain) explain(*told, *opening, library);
  doubt(*told);
  print_told(*told, options.json);
  if (told->readings.empty()) return complain(cannot_know, "no profile fits it, and it answers no standard MIB that holdup reads");
  return fine;
}

}  // namespace holdup::cli
