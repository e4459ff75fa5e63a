#include "hw-sim/cli/replay_house.hpp"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "ground/json_writer.hpp"
#include "hw-sim/agents/address.hpp"
#include "hw-sim/cli/serving.hpp"
#include "hw-sim/cli/snmp_options.hpp"

namespace hwsim::cli {
namespace {

// The next address of 127.x.y.z that ends neither in 0 nor in 255, which people take for networks and broadcasts.
std::string next_host(const std::string& host) {
  std::array<unsigned, 4> parts{};
  std::size_t at = 0;
  for (const char c : host) {
    if (c == '.')
      ++at;
    else
      parts[std::min<std::size_t>(at, 3)] = parts[std::min<std::size_t>(at, 3)] * 10 + static_cast<unsigned>(c - '0');
  }
  std::uint32_t address = parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];
  do ++address;
  while ((address & 255) == 0 || (address & 255) == 255);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += (out.empty() ? "" : ".") + std::to_string(address >> shift & 255);
  return out;
}

std::runtime_error cannot_bind(const agents::HostPort& at, const std::string& what, const boost::system::system_error& error) {
  return std::runtime_error{agents::text(at) + " for " + what + ": " + error.code().message()};
}

std::size_t device_count(const std::vector<Recording>& recordings, const ReplayOptions& options) {
  return options.agents > 0 ? options.agents : recordings.size();
}

}  // namespace

ReplayHouse::ReplayHouse(boost::asio::io_context& io, std::vector<Recording> recordings, const ReplayOptions& options)
    : community_{options.community},
      versions_{options.versions},
      users_{speaks("3") ? read_users(options.v3_files) : std::vector<agents::MasterKeys>{}},
      traps_to_{destination("--traps-to", options.traps_to)},
      boots_{boots_now()},
      faults_{device_count(recordings, options), 0} {
  for (auto& recording : recordings) {
    auto& source = sources_.emplace_back(Source{.recording = std::move(recording)});
    const auto& objects = source.recording.objects;
    if (objects && objects->variations.empty()) source.shared = std::make_unique<agents::RecordedTable>(objects->objects);
  }
  if (options.agents > 0)
    open_agents(io, options);
  else if (options.serial)
    open_serial(io, options);
  else
    open_files(io, options);
}

bool ReplayHouse::speaks(std::string_view version) const {
  return std::find(versions_.begin(), versions_.end(), version) != versions_.end();
}

ReplayHouse::Device& ReplayHouse::add_device(std::string name) {
  const auto stem = name;
  for (int number = 2; !names_.insert(name).second; ++number)
    name = stem + "-" + std::to_string(number);  // engines and commands go by names
  return devices_.emplace_back(Device{.name = std::move(name), .line = std::make_unique<agents::RecordedLine>(faults_, devices_.size())});
}

agents::SnmpStation ReplayHouse::station(Source& source, Device& device, const std::string& host) {
  const auto& objects = *source.recording.objects;
  if (!source.shared) device.own = std::make_unique<agents::RecordedTable>(objects.objects, objects.variations);
  return {.host = host,
          .agent = {.objects = source.shared ? source.shared.get() : device.own.get(),
                    .community = community_,
                    .v1 = speaks("1"),
                    .v2c = speaks("2c"),
                    .engine = users_.empty() ? std::string{} : agents::engine_of(device.name),
                    .users = users_,
                    .boots = boots_,
                    .cache = &source.cache},
          .line = device.line.get()};
}

void ReplayHouse::open_files(boost::asio::io_context& io, const ReplayOptions& options) {
  auto at = *agents::parse_host_port(options.listen);
  for (auto& source : sources_) {
    const auto& recording = source.recording;
    if (recording.registers) {
      open_modbus(io, source, at, options.unit);
    } else {
      auto& device = add_device(recording.name);
      try {
        agents::SnmpServerSetup setup{.port = at.port, .traps_to = traps_to_};
        setup.stations.push_back(station(source, device, at.host));
        device.snmp = snmp_.emplace_back(std::make_unique<agents::SnmpServer>(io, std::move(setup))).get();
      } catch (const boost::system::system_error& error) {
        throw cannot_bind(at, recording.file, error);
      }
      announce_ready(agents::text(agents::DeviceUrl{.host = at.host, .port = device.snmp->port()}), recording.file);
    }
    if (at.port != 0) ++at.port;
  }
}

void ReplayHouse::open_agents(boost::asio::io_context& io, const ReplayOptions& options) {
  auto at = *agents::parse_host_port(options.listen);
  if (at.host.find(':') != std::string::npos) throw std::runtime_error{"--agents needs IPv4 addresses: --listen 127.1.0.1:16100"};
  agents::SnmpServerSetup setup{.port = at.port, .traps_to = traps_to_};
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < options.agents; ++i) {
    auto& source = sources_[i % sources_.size()];
    if (!source.recording.objects) throw std::runtime_error{source.recording.file + ": --agents takes .snmprec files alone"};
    hosts.push_back(hosts.empty() ? at.host : next_host(hosts.back()));
    if (at.host.starts_with("127.") && !hosts.back().starts_with("127."))
      throw std::runtime_error{"--agents " + std::to_string(options.agents) + ": 127.0.0.0/8 ends before; begin lower"};
    auto& device = add_device(source.recording.name + "-" + std::to_string(i + 1));
    device.station = i;
    setup.stations.push_back(station(source, device, hosts.back()));
  }
  try {
    snmp_.push_back(std::make_unique<agents::SnmpServer>(io, std::move(setup)));
  } catch (const boost::system::system_error& error) {
    throw cannot_bind(at, "the agents", error);
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    devices_[i].snmp = snmp_.front().get();
    announce_ready(agents::text(agents::DeviceUrl{.host = hosts[i], .port = snmp_.front()->port()}), devices_[i].name);
  }
}

void ReplayHouse::open_modbus(boost::asio::io_context& io, Source& source, const agents::HostPort& at, std::optional<std::uint8_t> unit) {
  auto& device = add_device(source.recording.name);
  std::vector<agents::ModbusUnit> units{{.number = unit, .registers = &*source.recording.registers, .line = device.line.get()}};
  try {
    device.modbus = modbus_.emplace_back(std::make_unique<agents::ModbusServer>(io, at, std::move(units))).get();
  } catch (const boost::system::system_error& error) {
    throw cannot_bind(at, source.recording.file, error);
  }
  device.url = {.protocol = agents::DeviceUrl::Protocol::modbus, .host = at.host, .port = device.modbus->port(), .unit = unit.value_or(1)};
  announce_ready(agents::text(device.url), source.recording.file);
}

void ReplayHouse::open_serial(boost::asio::io_context& io, const ReplayOptions& options) {
  const auto first = options.unit.value_or(1);
  agents::SerialSetup setup{.settings = {.baud = options.baud}, .link = options.link, .units = {}, .master = {}};
  for (auto& source : sources_) {
    if (!source.recording.registers) throw std::runtime_error{source.recording.file + ": --serial takes .regs.txt files alone"};
    const auto number = static_cast<unsigned>(first) + static_cast<unsigned>(devices_.size());
    if (number < 1 || number > 247) throw std::runtime_error{"--unit: a serial line has units 1 to 247"};
    auto& device = add_device(source.recording.name);
    device.url = {.protocol = agents::DeviceUrl::Protocol::modbus_rtu, .host = {}, .port = {}, .unit = static_cast<std::uint8_t>(number)};
    setup.units.push_back({.number = device.url.unit, .registers = &*source.recording.registers, .line = device.line.get()});
  }
  const auto settings = setup.settings;
  serial_ = std::make_unique<agents::SerialLine>(io, std::move(setup));
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    devices_[i].serial = serial_.get();
    devices_[i].url.path = serial_->path();
    devices_[i].url.line = settings;
    announce_ready(agents::text(devices_[i].url), sources_[i].recording.file);
  }
}

std::string ReplayHouse::answer(std::string_view text) {
  const auto command = scenario::parse_command(text);
  if (!command) return error_json(command.error().what);
  if (const auto* fault = std::get_if<scenario::Fault>(&*command)) return perform(*fault);
  if (const auto* clear = std::get_if<scenario::Clear>(&*command)) return perform(*clear);
  if (const auto* trap = std::get_if<scenario::Trap>(&*command)) return perform(*trap);
  if (std::holds_alternative<scenario::Status>(*command)) return status();
  return error_json("a recording has nothing to fail, restore or set: fault, clear, trap and status work here");
}

std::string ReplayHouse::perform(const scenario::Fault& fault) {
  auto* const device = find(fault.element);
  if (device == nullptr) return error_json("no device " + fault.element.text());
  if (scenario::lies_on_contact(fault.kind)) return error_json("a recording has no contacts");
  const bool meters = fault.kind == scenario::FaultKind::reversed || fault.kind == scenario::FaultKind::scaled;
  if (meters || fault.point) return error_json("a recording has no meters: only a played rack's can be wrong one by one");
  if (const auto refused = misplaced(fault.kind, device->snmp != nullptr, device->url)) return error_json(*refused);
  device->line->begin(fault);
  if (const auto failed = heed(*device)) return error_json(*failed);
  if (fault.kind == scenario::FaultKind::trap_storm) {
    if (!traps_to_) return error_json("nobody to send to: start with --traps-to");
    device->snmp->watch_storm(device->station);
  }
  return ok_json();
}

std::string ReplayHouse::perform(const scenario::Clear& clear) {
  auto* const device = find(clear.element);
  if (device == nullptr) return error_json("no device " + clear.element.text());
  device->line->end(clear.kind);
  const auto failed = heed(*device);
  return failed ? error_json(*failed) : ok_json();
}

std::optional<std::string> ReplayHouse::heed(const Device& device) {
  try {
    if (device.modbus != nullptr) device.modbus->heed();
    if (device.serial != nullptr) device.serial->heed();
  } catch (const std::exception& error) {  // the line's place was taken meanwhile
    return error.what();
  }
  return std::nullopt;
}

std::string ReplayHouse::perform(const scenario::Trap& trap) {
  auto* const device = find(trap.element);
  if (device == nullptr) return error_json("no device " + trap.element.text());
  if (device->snmp == nullptr) return error_json("a Modbus device does not call");
  const auto notification = agents::notification_of(trap);
  if (!notification) return error_json(notification.error().what);
  const auto called = device->snmp->call(device->station, *notification);
  return called ? ok_json() : error_json(called.error().what);
}

std::string ReplayHouse::status() const {
  std::uint64_t writes = 0, traps = 0, acknowledged = 0;
  for (const auto& device : devices_) writes += device.writes();
  if (serial_) writes += serial_->writes();
  for (const auto& server : snmp_) {
    traps += server->traps_sent();
    acknowledged += server->informs_acknowledged();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  ground::JsonWriter json;
  json.begin_object().field("ok", true).field("time_s", elapsed.count()).field("writes_seen", writes);
  json.field("traps_sent", traps).field("informs_acknowledged", acknowledged).key("elements").begin_object();
  for (const auto& device : devices_) {
    json.key("device/" + device.name).begin_object();
    json.field("live", true).field("writes_seen", device.writes()).end_object();
  }
  json.end_object();
  if (!users_.empty()) {
    json.key("engines").begin_object();
    for (const auto& device : devices_)
      if (device.snmp != nullptr) json.field("device/" + device.name, device.snmp->engine(device.station));
    json.end_object();
  }
  json.end_object();
  return json.take();
}

ReplayHouse::Device* ReplayHouse::find(const ground::Element& element) {
  const auto at = std::find_if(devices_.begin(), devices_.end(), [&](const Device& d) { return element.text() == "device/" + d.name; });
  return at == devices_.end() ? nullptr : &*at;
}

void ReplayHouse::close() {
  for (const auto& server : snmp_) server->close();
  for (const auto& server : modbus_) server->close();
  if (serial_) serial_->close();
}

}  // namespace hwsim::cli
