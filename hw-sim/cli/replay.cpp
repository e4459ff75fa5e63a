#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "ground/json_writer.hpp"
#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/modbus_server.hpp"
#include "hw-sim/agents/recorded_line.hpp"
#include "hw-sim/agents/snmp_server.hpp"
#include "hw-sim/agents/snmprec.hpp"
#include "hw-sim/cli/serving.hpp"
#include "hw-sim/cli/verbs.hpp"

namespace hwsim::cli {
namespace {

namespace ground = holdup::ground;
using scenario::FaultKind;

struct Recording {
  std::string file;
  std::string name;  // for ctl: the file's name without folder and extension
  std::optional<agents::RecordedTable> objects;
  std::optional<agents::RecordedRegisters> registers;
};

struct Device {
  Recording recording;
  std::unique_ptr<agents::RecordedLine> line;
  std::unique_ptr<agents::SnmpServer> snmp = {};
  std::unique_ptr<agents::ModbusServer> modbus = {};

  [[nodiscard]] std::uint64_t writes() const { return (snmp ? snmp->writes() : 0) + (modbus ? modbus->writes() : 0); }
};

// All recordings of one call, served on one loop.
class Replay {
 public:
  Replay(std::vector<Recording> recordings, const ReplayOptions& options);
  void run();

 private:
  void listen(Device& device, const agents::HostPort& at, const ReplayOptions& options);
  [[nodiscard]] std::string answer(std::string_view command);
  [[nodiscard]] std::string perform(const scenario::Fault& fault);
  [[nodiscard]] std::string perform(const scenario::Clear& clear);
  [[nodiscard]] std::string status() const;
  [[nodiscard]] std::optional<std::size_t> find(const ground::Element& element) const;
  void close();

  boost::asio::io_context io_{1};
  scenario::Faults faults_;
  std::deque<Device> devices_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string stem_of(const std::string& file, std::string_view extension) {
  auto name = std::filesystem::path{file}.filename().string();
  return name.substr(0, name.size() - extension.size());
}

void warn_skipped(const std::string& file, const std::vector<std::size_t>& lines) {
  if (lines.empty()) return;
  std::cerr << "lines_skipped file=" << file << " count=" << lines.size() << " first=" << lines.front()
            << " reason=\"malformed, or a variation module without a plain value\"\n";
}

std::optional<Recording> load(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    std::cerr << "hw-sim replay: " << file << ": cannot be read, or is empty\n";
    return std::nullopt;
  }
  if (file.ends_with(".snmprec")) {
    auto parsed = agents::parse_snmprec(text.view());
    warn_skipped(file, parsed.skipped_lines);
    return Recording{
        .file = file, .name = stem_of(file, ".snmprec"), .objects = agents::RecordedTable{std::move(parsed.objects)}, .registers = {}};
  }
  if (file.ends_with(".regs.txt")) {
    auto parsed = agents::parse_registers(text.view());
    warn_skipped(file, parsed.skipped_lines);
    return Recording{.file = file,
                     .name = stem_of(file, ".regs.txt"),
                     .objects = {},
                     .registers = agents::RecordedRegisters{std::move(parsed.registers)}};
  }
  std::cerr << "hw-sim replay: " << file << ": neither .snmprec nor .regs.txt\n";
  return std::nullopt;
}

Replay::Replay(std::vector<Recording> recordings, const ReplayOptions& options) : faults_{recordings.size(), 0} {
  auto at = *agents::parse_host_port(options.listen);
  for (auto& recording : recordings) {
    auto line = std::make_unique<agents::RecordedLine>(faults_, devices_.size());
    listen(devices_.emplace_back(Device{.recording = std::move(recording), .line = std::move(line)}), at, options);
    if (at.port != 0) ++at.port;
  }
}

void Replay::listen(Device& device, const agents::HostPort& at, const ReplayOptions& options) {
  agents::DeviceUrl url{.host = at.host, .port = at.port};
  const auto& recording = device.recording;
  try {
    if (recording.objects) {
      agents::SnmpAgent agent{*recording.objects, options.community};
      device.snmp = std::make_unique<agents::SnmpServer>(io_, at, agent, *device.line);
      url.port = device.snmp->port();
    } else {
      std::vector<agents::ModbusUnit> units{{.number = options.unit, .registers = &*recording.registers, .line = device.line.get()}};
      device.modbus = std::make_unique<agents::ModbusServer>(io_, at, std::move(units));
      url.protocol = agents::DeviceUrl::Protocol::modbus;
      url.unit = options.unit.value_or(1);
      url.port = device.modbus->port();
    }
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{agents::text(at) + " for " + recording.file + ": " + error.code().message()};
  }
  announce_ready(agents::text(url), recording.file);
}

void Replay::run() {
  serve(io_, {.answer = [this](std::string_view command) { return answer(command); }, .close = [this] { close(); }});
}

std::string Replay::answer(std::string_view text) {
  const auto command = scenario::parse_command(text);
  if (!command) return error_json(command.error().what);
  if (const auto* fault = std::get_if<scenario::Fault>(&*command)) return perform(*fault);
  if (const auto* clear = std::get_if<scenario::Clear>(&*command)) return perform(*clear);
  if (std::holds_alternative<scenario::Status>(*command)) return status();
  return error_json("a recording has nothing to fail, restore or set: fault, clear and status work here");
}

std::string Replay::perform(const scenario::Fault& fault) {
  const auto device = find(fault.element);
  if (!device) return error_json("no device " + fault.element.text());
  if (fault.kind == FaultKind::frozen || fault.kind == FaultKind::zeros || fault.kind == FaultKind::reboot)
    return error_json("a recording has no values of its own to freeze, zero or restart");
  faults_.begin(*device, fault);
  return ok_json();
}

std::string Replay::perform(const scenario::Clear& clear) {
  const auto device = find(clear.element);
  if (!device) return error_json("no device " + clear.element.text());
  faults_.end(*device, clear.kind);
  return ok_json();
}

std::string Replay::status() const {
  std::uint64_t writes = 0;
  for (const auto& device : devices_) writes += device.writes();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  ground::JsonWriter json;
  json.begin_object().field("ok", true).field("time_s", elapsed.count()).field("writes_seen", writes).key("elements").begin_object();
  for (const auto& device : devices_) {
    json.key("device/" + device.recording.name).begin_object();
    json.field("live", true).field("writes_seen", device.writes()).end_object();
  }
  json.end_object().end_object();
  return json.take();
}

std::optional<std::size_t> Replay::find(const ground::Element& element) const {
  for (std::size_t i = 0; i < devices_.size(); ++i)
    if (element.text() == "device/" + devices_[i].recording.name) return i;
  return std::nullopt;
}

void Replay::close() {
  for (const auto& device : devices_) {
    if (device.snmp) device.snmp->close();
    if (device.modbus) device.modbus->close();
  }
}

}  // namespace

int replay(const ReplayOptions& options) {
  const auto at = agents::parse_host_port(options.listen);
  if (!at || (at->port != 0 && at->port + options.files.size() > 65536)) {
    std::cerr << "hw-sim replay: --listen " << options.listen << ": write a numeric address and a port, such as 127.0.0.1:1161\n";
    return Exit::usage;
  }
  std::vector<Recording> recordings;
  for (const auto& file : options.files) {
    auto recording = load(file);
    if (!recording) return Exit::problem;
    recordings.push_back(*std::move(recording));
  }
  try {
    Replay{std::move(recordings), options}.run();
  } catch (const std::exception& error) {
    std::cerr << "hw-sim replay: " << error.what() << '\n';
    return Exit::problem;
  }
  return Exit::fine;
}

}  // namespace hwsim::cli
