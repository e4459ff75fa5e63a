#include "hw-sim/cli/rack_house.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "hw-sim/agents/site_text.hpp"
#include "hw-sim/cli/serving.hpp"
#include "hw-sim/cli/snmp_options.hpp"

namespace hwsim::cli {
namespace {

using agents::DeviceUrl;

agents::DeviceTable read_model(const std::string& folder, std::string_view model) {
  const auto file = (std::filesystem::path{folder} / (std::string{model} + ".yaml")).string();
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error{file + ": no such device table; --models names their folder"};
  ground::Problems problems;
  auto table = agents::parse_device_table(text.view(), file, problems);
  if (!problems.ok()) throw std::runtime_error{problems.all().front().text()};
  return table;
}

DeviceUrl url_of(const scenario::Address& address, bool snmp, const std::string& file) {
  const auto url = agents::parse_device_url(address.url);
  if (url && (url->protocol == DeviceUrl::Protocol::snmp) == snmp) return *url;
  const std::string shape =
      snmp ? "snmp://HOST[:PORT]" : "modbus://HOST[:PORT]/UNIT, modbus-rtu:///PATH/UNIT?baud=19200 or modbus-rtu://HOST:PORT/UNIT";
  throw std::runtime_error{file + ":" + std::to_string(address.line) + ": devices." + address.device + ".url: '" + address.url +
                           "' cannot be simulated, write " + shape + " with a numeric host"};
}

bool is_own_loopback(const DeviceUrl& url) { return url.host.starts_with("127.") && url.port.has_value(); }

// Where to bind: the URL's own place on loopback, else a port that the kernel chooses.
agents::HostPort place_of(const DeviceUrl& url) {
  if (is_own_loopback(url)) return {.host = url.host, .port = *url.port};
  return {.host = "127.0.0.1", .port = 0};
}

// A path of the kernel's own devices is left alone; any other is made to lead to the line.
std::string link_of(const scenario::Address& address, const DeviceUrl& url) {
  if (!address.wire.link.empty()) return address.wire.link;
  return url.path.starts_with("/dev/") ? std::string{} : url.path;
}

void log_step(const scenario::Step& step, const ground::Result<void>& result) {
  std::cerr << "timeline at=" << ground::duration_text(step.at) << " do=\"" << step.text << '"';
  if (!result) std::cerr << " error=\"" << result.error().what << '"';
  std::cerr << '\n';
}

}  // namespace

RackHouse::RackHouse(boost::asio::io_context& io, const RackSetup& setup)
    : models_{setup.models},
      users_{read_users(setup.v3_files)},
      traps_to_{destination("--traps-to", setup.traps_to)},
      boots_{boots_now()},
      wires_{setup.file.rack.contacts, setup.contact_log},
      play_{io.get_executor(),
            {.rack = setup.file.rack,
             .timeline = setup.timeline,
             .seed = setup.seed,
             .speed = setup.speed,
             .contact_moved =
                 wires_.any() ? [this](const power::Edge& edge) { wires_.show(edge); } : std::function<void(const power::Edge&)>{},
             .performed = [this](const scenario::Step& step, const ground::Result<void>& result) { performed(step, result); }}},
      deferred_{io.get_executor()} {
  for (std::size_t i = 0; i < play_.stage().world().devices().size(); ++i) add_device(setup, i);
  for (Device& device : devices_)
    if (device.objects) open_snmp(io, device, setup);
  open_modbus_servers(io);
  open_serial_lines(io);
  for (const auto& wire : wires_.driven()) std::cerr << "drives " << wire << '\n';
  if (wires_.any()) wires_.show(play_.stage().world());  // before anybody is told that the rack is there
}

void RackHouse::add_device(const RackSetup& setup, std::size_t index) {
  const auto& world = play_.stage().world();
  const auto table = read_model(setup.models, world.devices()[index].model);
  const auto& address = setup.file.addresses.at(index);
  const bool snmp = !table.objects.empty();
  Device device{.address = address,
                .url = url_of(address, snmp, setup.path),
                .line = std::make_unique<agents::LiveLine>(play_, index),
                .objects = nullptr,
                .registers = nullptr};
  bind(device, index);
  devices_.push_back(std::move(device));
}

void RackHouse::bind(Device& device, std::size_t index) {
  const auto& world = play_.stage().world();
  const auto table = read_model(models_, world.devices()[index].model);
  device.number = world.serial(index);
  agents::LiveDevice live{.name = device.address.device, .serial = device.number, .read = [this, index]() -> const power::Snapshot& {
                            return play_.stage().world().read(index);
                          }};
  if (table.objects.empty()) {  // servers hold on to what is there: it changes in its place
    agents::LiveRegisters registers{table, std::move(live)};
    device.registers ? void(*device.registers = std::move(registers))
                     : void(device.registers = std::make_unique<agents::LiveRegisters>(std::move(registers)));
    return;
  }
  ground::Problems problems;
  if (world.devices()[index].traps) device.traps = std::make_unique<agents::LiveTraps>(table, live, table.model + ".yaml", problems);
  agents::LiveObjects objects{table, std::move(live), table.model + ".yaml", problems};
  if (!problems.ok()) throw std::runtime_error{problems.all().front().text()};
  device.objects ? void(*device.objects = std::move(objects))
                 : void(device.objects = std::make_unique<agents::LiveObjects>(std::move(objects)));
}

void RackHouse::renew_serials() {
  for (std::size_t index = 0; index < devices_.size(); ++index)
    if (devices_[index].number != play_.stage().world().serial(index)) bind(devices_[index], index);
}

void RackHouse::open_snmp(boost::asio::io_context& io, Device& device, const RackSetup& setup) {
  const auto at = place_of(device.url);
  agents::SnmpServerSetup server{.port = at.port, .traps_to = traps_to_};
  server.stations.push_back({.host = at.host,
                             .agent = {.objects = device.objects.get(),
                                       .community = setup.community,
                                       .engine = users_.empty() ? std::string{} : agents::engine_of(device.address.device),
                                       .users = users_,
                                       .boots = boots_},
                             .line = device.line.get()});
  try {
    snmp_.push_back(std::make_unique<agents::SnmpServer>(io, std::move(server)));
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{agents::text(at) + " for " + device.address.device + ": " + error.code().message()};
  }
  device.url.host = at.host;
  device.url.port = snmp_.back()->port();
  device.snmp = snmp_.back().get();
}

// Units with one host and port are one server, as behind a gateway.
void RackHouse::open_modbus_servers(boost::asio::io_context& io) {
  std::map<std::tuple<DeviceUrl::Protocol, std::string, int>, std::vector<Device*>> places;
  for (Device& device : devices_)
    if (device.registers && !device.url.is_serial())
      places[{device.url.protocol, device.url.host, device.url.port.value_or(0)}].push_back(&device);
  for (const auto& [place, units] : places) open_modbus(io, units);
}

std::vector<agents::ModbusUnit> RackHouse::units_of(const std::vector<Device*>& devices) const {
  std::vector<agents::ModbusUnit> served;
  for (const Device* device : devices) {
    for (const auto& other : served)
      if (other.number == device->url.unit) throw std::runtime_error{device->address.url + " is the url of two devices"};
    served.push_back({.number = device->url.unit,
                      .registers = device->registers.get(),
                      .line = device->line.get(),
                      .turnaround = device->address.wire.turnaround});
  }
  return served;
}

void RackHouse::open_modbus(boost::asio::io_context& io, const std::vector<Device*>& units) {
  const auto at = place_of(units.front()->url);
  const bool rtu = units.front()->url.protocol == DeviceUrl::Protocol::modbus_rtu;
  try {
    modbus_.push_back(std::make_unique<agents::ModbusServer>(io, at, units_of(units), rtu ? agents::Framing::rtu : agents::Framing::mbap));
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{agents::text(at) + " for " + units.front()->address.device + ": " + error.code().message()};
  }
  for (Device* device : units) {
    device->url.host = at.host;
    device->url.port = modbus_.back()->port();
    device->modbus = modbus_.back().get();
  }
}

// Units with one path are on one line.
void RackHouse::open_serial_lines(boost::asio::io_context& io) {
  std::map<std::string, std::vector<Device*>> lines;
  for (Device& device : devices_)
    if (device.registers && device.url.is_serial()) lines[device.url.path].push_back(&device);
  for (const auto& [path, units] : lines) open_serial(io, units);
}

void RackHouse::open_serial(boost::asio::io_context& io, const std::vector<Device*>& units) {
  const auto& url = units.front()->url;
  agents::SerialSetup setup{.settings = url.line, .link = {}, .units = units_of(units), .master = {}};
  for (const Device* device : units) {
    const auto& name = device->address.device;
    const auto link = link_of(device->address, url);
    if (device->url.line != url.line)
      throw std::runtime_error{"devices." + name + ".url: one line has one speed, parity and stop; write those of " +
                               units.front()->address.device};
    if (!setup.link.empty() && !link.empty() && link != setup.link)
      throw std::runtime_error{"sim.device/" + name + ".link: its line has another link already, " + setup.link};
    if (!link.empty()) setup.link = link;
    if (device->address.wire.master) setup.master = device->address.wire.master;
  }
  serial_.push_back(std::make_unique<agents::SerialLine>(io, std::move(setup)));
  for (Device* device : units) {
    device->url.path = serial_.back()->path();
    device->serial = serial_.back().get();
  }
}

void RackHouse::announce() const {
  for (const Device& device : devices_) announce_ready(agents::text(device.url), device.address.device);
}

std::string RackHouse::site_text(std::string text, const std::string& file, ground::Problems& problems) const {
  std::vector<agents::UrlChange> changes;
  for (const Device& device : devices_)
    changes.push_back(
        {.device = device.address.device, .line = device.address.line, .from = device.address.url, .to = agents::text(device.url)});
  return agents::with_urls(std::move(text), changes, file, problems);
}

std::string RackHouse::answer(std::string_view text) {
  const auto command = scenario::parse_command(text);
  if (!command) return error_json(command.error().what);
  if (std::holds_alternative<scenario::Status>(*command)) return status();
  if (const auto refused = refusal(*command)) return error_json(*refused);
  auto result = play_.perform(*command);
  if (result) result = call_for(*command);
  return result ? ok_json() : error_json(result.error().what);
}

void RackHouse::performed(const scenario::Step& step, const ground::Result<void>& result) {
  log_step(step, result ? call_for(step.command) : result);
}

ground::Result<void> RackHouse::call_for(const scenario::Command& command) {
  const auto wrong = [](std::string what) { return ground::Failure{.kind = ground::FailureKind::unsupported, .what = std::move(what)}; };
  if (std::holds_alternative<power::Replace>(command)) renew_serials();
  try {
    for (const auto& server : modbus_) server->heed();
    for (const auto& line : serial_) line->heed();
  } catch (const std::exception& error) {  // the line's place was taken meanwhile
    return wrong(error.what());
  }
  const auto* fault = std::get_if<scenario::Fault>(&command);
  const auto* trap = std::get_if<scenario::Trap>(&command);
  auto* const device = find(scenario::element_of(command));
  if (device == nullptr || (trap == nullptr && fault == nullptr)) return {};
  if (const auto refused = refusal(command)) return wrong(*refused);
  if (trap == nullptr) {
    if (fault->kind != scenario::FaultKind::trap_storm) return {};
    if (!traps_to_) return wrong("nobody to send to: start with --traps-to");
    device->snmp->watch_storm(0);
    return {};
  }
  const auto notification = agents::notification_of(*trap);
  if (!notification) return notification.error();
  return device->snmp->call(0, *notification);
}

std::optional<std::string> RackHouse::refusal(const scenario::Command& command) {
  const auto* device = find(scenario::element_of(command));
  if (device == nullptr) return std::nullopt;
  if (std::holds_alternative<scenario::Trap>(command) && device->snmp == nullptr) return "a Modbus device does not call";
  const auto* fault = std::get_if<scenario::Fault>(&command);
  return fault == nullptr ? std::nullopt : misplaced(fault->kind, device->snmp != nullptr, device->url);
}

RackHouse::Device* RackHouse::find(const ground::Element& element) {
  for (auto& device : devices_)
    if (element.text() == "device/" + device.address.device) return &device;
  return nullptr;
}

void RackHouse::start() {
  play_.start();
  if (traps_to_) watch();
}

// Devices look at what they measured ten times a second, as fast as the fastest of them refreshes.
void RackHouse::watch() {
  constexpr ground::Duration pause{100'000'000};
  play_.follow();
  for (auto& device : devices_) {
    if (!device.traps) continue;
    for (const auto& notification : device.traps->due(device.line->moment())) (void)device.snmp->call(0, notification);
  }
  deferred_.after(pause, [this] { watch(); });
}

std::string RackHouse::status() {
  play_.follow();
  const auto& world = play_.stage().world();
  std::uint64_t writes = 0;
  for (const auto& server : snmp_) writes += server->writes();
  for (const auto& server : modbus_) writes += server->writes();
  for (const auto& line : serial_) writes += line->writes();
  ground::JsonWriter json;
  json.begin_object().field("ok", true).field("time_s", ground::seconds(world.now().time_since_epoch())).field("writes_seen", writes);
  std::uint64_t traps = 0, acknowledged = 0;
  for (const auto& server : snmp_) {
    traps += server->traps_sent();
    acknowledged += server->informs_acknowledged();
  }
  json.field("traps_sent", traps).field("informs_acknowledged", acknowledged).key("elements");
  scenario::write_elements(world, json);
  write_lines(json);
  if (!users_.empty()) {
    json.key("engines").begin_object();
    for (const Device& device : devices_)
      if (device.snmp != nullptr) json.field("device/" + device.address.device, device.snmp->engine(0));
    json.end_object();
  }
  json.end_object();
  return json.take();
}

void RackHouse::write_lines(ground::JsonWriter& json) const {
  if (serial_.empty()) return;
  json.key("lines").begin_object();
  for (const auto& line : serial_)
    json.key(line->path())
        .begin_object()
        .field("bytes_heard", line->bytes_heard())
        .field("busy_s", ground::seconds(line->busy()))
        .end_object();
  json.end_object();
}

void RackHouse::close() {
  play_.close();
  deferred_.cancel();
  for (const auto& server : snmp_) server->close();
  for (const auto& server : modbus_) server->close();
  for (const auto& line : serial_) line->close();
}

}  // namespace hwsim::cli
