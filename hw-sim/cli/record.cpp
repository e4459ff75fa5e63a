#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "hw-sim/agents/snmp_walk.hpp"
#include "hw-sim/agents/value_text.hpp"
#include "hw-sim/cli/snmp_options.hpp"
#include "hw-sim/cli/verbs.hpp"

namespace hwsim::cli {
namespace {

namespace ground = holdup::ground;

constexpr std::uint16_t snmp_port = 161;

ground::Duration seconds(double length) { return ground::Duration{static_cast<std::int64_t>(length * 1e9)}; }

std::string first_line(const std::string& file) {
  expect_private(file);
  const auto text = read_text(file);
  return text.substr(0, text.find_first_of("\r\n"));
}

agents::WalkSetup setup_of(const RecordOptions& options) {
  const auto url = agents::parse_device_url(options.url);
  if (!url || url->protocol != agents::DeviceUrl::Protocol::snmp)
    throw std::invalid_argument{options.url + ": write snmp://HOST[:PORT] with a numeric host"};
  const auto from = agents::parse_oid(options.from);
  if (!from) throw std::invalid_argument{"--from " + options.from + ": no OID; write digits and dots"};
  agents::WalkSetup setup{.device = {.host = url->host, .port = url->port.value_or(snmp_port)},
                          .version = {},
                          .community = options.community_file.empty() ? options.community : first_line(options.community_file),
                          .user = {},
                          .from = *from,
                          .repetitions = options.repetitions,
                          .pause = seconds(1 / options.rate),
                          .patience = seconds(options.timeout),
                          .retries = options.retries,
                          .most_rows = options.most_rows};
  if (!options.version.empty()) setup.version = options.version == "1" ? agents::Version::v1 : agents::Version::v2c;
  if (options.v3_file.empty()) return setup;
  expect_private(options.v3_file);
  setup.user = read_users({options.v3_file}).front();
  return setup;
}

// Writes each object as it comes, and tells a terminal how far it is.
class Recorder {
 public:
  explicit Recorder(const std::string& file) {
    if (file.empty()) return;
    file_.open(file, std::ios::binary);
    if (!file_) throw std::runtime_error{file + ": cannot be written"};
  }

  void take(const agents::Varbind& object) {
    const auto field = agents::snmprec_field(object.value);
    if (!field) return ++unrecorded_, void();
    out() << agents::oid_text(object.oid) << '|' << *field << '\n';
    constexpr std::size_t often = 100;
    if (++recorded_ % often == 0 && is_terminal_)
      std::cerr << '\r' << recorded_ << " objects, at " << agents::oid_text(object.oid) << "\033[K" << std::flush;
  }
  void finish(std::size_t requests) {
    out() << std::flush;
    if (is_terminal_) std::cerr << "\r\033[K";
    std::cerr << "recorded objects=" << recorded_ << " requests=" << requests;
    if (unrecorded_ > 0) std::cerr << " left_out=" << unrecorded_ << " reason=\"of a type that .snmprec does not know\"";
    std::cerr << '\n';
    if (!out()) throw std::runtime_error{"the recording cannot be written"};
  }

 private:
  std::ostream& out() { return file_.is_open() ? static_cast<std::ostream&>(file_) : std::cout; }

  std::ofstream file_;
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::size_t recorded_ = 0;
  std::size_t unrecorded_ = 0;
};

}  // namespace

int record(const RecordOptions& options) {
  try {
    agents::SnmpWalk walk{setup_of(options)};
    Recorder recorder{options.output};
    const auto ended = walk.run([&recorder](const agents::Varbind& object) { recorder.take(object); });
    recorder.finish(walk.requests());
    if (ended) return Exit::fine;
    std::cerr << "hw-sim record: " << options.url << ": " << ended.error().what << "; what was read before stands\n";
  } catch (const std::invalid_argument& error) {
    std::cerr << "hw-sim record: " << error.what() << '\n';
    return Exit::usage;
  } catch (const std::exception& error) {
    std::cerr << "hw-sim record: " << error.what() << '\n';
  }
  return Exit::problem;
}

}  // namespace hwsim::cli
