#include "hw-sim/cli/rack_house.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "ground/json_writer.hpp"
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

DeviceUrl url_of(const scenario::Address& address, DeviceUrl::Protocol protocol, const std::string& file) {
  const auto url = agents::parse_device_url(address.url);
  if (url && url->protocol == protocol) return *url;
  const std::string shape = protocol == DeviceUrl::Protocol::snmp ? "snmp://HOST[:PORT]" : "modbus://HOST[:PORT]/UNIT";
  throw std::runtime_error{file + ":" + std::to_string(address.line) + ": devices." + address.device + ".url: '" + address.url +
                           "' cannot be simulated, write " + shape + " with a numeric host"};
}

bool is_own_loopback(const DeviceUrl& url) { return url.host.starts_with("127.") && url.port.has_value(); }

// Where to bind: the URL's own place on loopback, else a port that the kernel chooses.
agents::HostPort place_of(const DeviceUrl& url) {
  if (is_own_loopback(url)) return {.host = url.host, .port = *url.port};
  return {.host = "127.0.0.1", .port = 0};
}

void log_step(const scenario::Step& step, const ground::Result<void>& result) {
  std::cerr << "timeline at=" << ground::duration_text(step.at) << " do=\"" << step.text << '"';
  if (!result) std::cerr << " error=\"" << result.error().what << '"';
  std::cerr << '\n';
}

}  // namespace

RackHouse::RackHouse(boost::asio::io_context& io, const RackSetup& setup)
    : users_{read_users(setup.v3_files)},
      traps_to_{destination("--traps-to", setup.traps_to)},
      boots_{boots_now()},
      play_{io,
            {.rack = setup.file.rack,
             .timeline = setup.timeline,
             .seed = setup.seed,
             .speed = setup.speed,
             .performed = [this](const scenario::Step& step, const ground::Result<void>& result) { performed(step, result); }}},
      deferred_{io.get_executor()} {
  for (std::size_t i = 0; i < play_.stage().world().devices().size(); ++i) add_device(setup, i);
  for (Device& device : devices_)
    if (device.objects) open_snmp(io, device, setup);
  open_modbus_servers(io);
}

void RackHouse::add_device(const RackSetup& setup, std::size_t index) {
  const auto& world = play_.stage().world();
  const auto table = read_model(setup.models, world.devices()[index].model);
  const auto& address = setup.file.addresses.at(index);
  const bool snmp = !table.objects.empty();
  Device device{.address = address,
                .url = url_of(address, snmp ? DeviceUrl::Protocol::snmp : DeviceUrl::Protocol::modbus, setup.path),
                .line = std::make_unique<agents::LiveLine>(play_, index),
                .objects = nullptr,
                .registers = nullptr};
  agents::LiveDevice live{.name = address.device,
                          .serial = "SIM" + std::to_string(100001 + index),
                          .read = [this, index]() -> const power::Snapshot& { return play_.stage().world().read(index); }};
  if (snmp) {
    ground::Problems problems;
    if (world.devices()[index].traps) device.traps = std::make_unique<agents::LiveTraps>(table, live, table.model + ".yaml", problems);
    device.objects = std::make_unique<agents::LiveObjects>(table, std::move(live), table.model + ".yaml", problems);
    if (!problems.ok()) throw std::runtime_error{problems.all().front().text()};
  } else {
    device.registers = std::make_unique<agents::LiveRegisters>(table, std::move(live));
  }
  devices_.push_back(std::move(device));
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
  std::map<std::pair<std::string, int>, std::vector<Device*>> places;
  for (Device& device : devices_)
    if (device.registers) places[{device.url.host, device.url.port.value_or(0)}].push_back(&device);
  for (const auto& [place, units] : places) open_modbus(io, units);
}

void RackHouse::open_modbus(boost::asio::io_context& io, const std::vector<Device*>& units) {
  const auto at = place_of(units.front()->url);
  std::vector<agents::ModbusUnit> served;
  for (const Device* device : units) {
    for (const auto& other : served)
      if (other.number == device->url.unit) throw std::runtime_error{device->address.url + " is the url of two devices"};
    served.push_back({.number = device->url.unit, .registers = device->registers.get(), .line = device->line.get()});
  }
  try {
    modbus_.push_back(std::make_unique<agents::ModbusServer>(io, at, std::move(served)));
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{agents::text(at) + " for " + units.front()->address.device + ": " + error.code().message()};
  }
  for (Device* device : units) {
    device->url.host = at.host;
    device->url.port = modbus_.back()->port();
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
  auto result = play_.perform(*command);
  if (result) result = call_for(*command);
  return result ? ok_json() : error_json(result.error().what);
}

void RackHouse::performed(const scenario::Step& step, const ground::Result<void>& result) {
  log_step(step, result ? call_for(step.command) : result);
}

ground::Result<void> RackHouse::call_for(const scenario::Command& command) {
  const auto wrong = [](std::string what) { return ground::Failure{.kind = ground::FailureKind::unsupported, .what = std::move(what)}; };
  const auto* fault = std::get_if<scenario::Fault>(&command);
  const auto* trap = std::get_if<scenario::Trap>(&command);
  auto* const device = find(scenario::element_of(command));
  if (device == nullptr || (trap == nullptr && (fault == nullptr || !scenario::lies_on_objects(fault->kind)))) return {};
  if (device->snmp == nullptr) return wrong(fault != nullptr ? "only an SNMP agent can do that" : "a Modbus device does not call");
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
  ground::JsonWriter json;
  json.begin_object().field("ok", true).field("time_s", ground::seconds(world.now().time_since_epoch())).field("writes_seen", writes);
  std::uint64_t traps = 0, acknowledged = 0;
  for (const auto& server : snmp_) {
    traps += server->traps_sent();
    acknowledged += server->informs_acknowledged();
  }
  json.field("traps_sent", traps).field("informs_acknowledged", acknowledged).key("elements");
  scenario::write_elements(world, json);
  if (!users_.empty()) {
    json.key("engines").begin_object();
    for (const Device& device : devices_)
      if (device.snmp != nullptr) json.field("device/" + device.address.device, device.snmp->engine(0));
    json.end_object();
  }
  json.end_object();
  return json.take();
}

void RackHouse::close() {
  play_.close();
  deferred_.cancel();
  for (const auto& server : snmp_) server->close();
  for (const auto& server : modbus_) server->close();
}

}  // namespace hwsim::cli
