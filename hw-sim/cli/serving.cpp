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

std::string ok_json() { return R"({"ok":true})"; }

std::string error_json(std::string_view what) {
  holdup::ground::JsonWriter json;
  json.begin_object().field("ok", false).field("error", what).end_object();
  return json.take();
}

}  // namespace hwsim::cli
