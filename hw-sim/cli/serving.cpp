#include "hw-sim/cli/serving.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "ground/json_writer.hpp"
#include "hw-sim/agents/control_socket.hpp"

namespace hwsim::cli {

void announce_ready(std::string_view url, std::string_view name) { std::cout << "ready " << url << ' ' << name << '\n' << std::flush; }

void serve(boost::asio::io_context& io, const Serving& serving) {
  boost::asio::signal_set signals{io, SIGINT, SIGTERM};
  agents::ControlSocket control{io, serving.answer};
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    control.close();
    serving.close();
  });
  std::cout << "control " << control.path() << '\n' << std::flush;
  if (serving.started) serving.started();
  io.run();
}

std::optional<std::string> misplaced(scenario::FaultKind kind, bool snmp, const agents::DeviceUrl& url) {
  if (scenario::lies_on_objects(kind) && !snmp) return "only an SNMP agent can do that";
  if (!scenario::lies_on_modbus(kind)) return std::nullopt;
  const bool mbap = url.protocol == agents::DeviceUrl::Protocol::modbus;
  if (snmp) return "only a Modbus device can do that";
  if (scenario::needs_header(kind) && !mbap) return "only Modbus TCP has such a header";
  if (scenario::needs_crc(kind) && mbap) return "only Modbus RTU can do that";
  if (scenario::needs_line(kind) && !url.is_serial()) return "only a serial line can do that";
  if (scenario::needs_connections(kind) && url.is_serial()) return "a serial line has no connections";
  return std::nullopt;
}

std::string ok_json() { return R"({"ok":true})"; }

std::string error_json(std::string_view what) {
  holdup::ground::JsonWriter json;
  json.begin_object().field("ok", false).field("error", what).end_object();
  return json.take();
}

}  // namespace hwsim::cli
