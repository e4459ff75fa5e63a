#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "child_program.hpp"
#include "folder.hpp"
#include "hw-sim/agents/control_socket.hpp"

// hw-sim as a bench starts it on a rack: where its devices listen, and its control socket. It leaves `simulated.yaml` in the folder, the
// site file of the rack.
namespace holdup::bench {

[[nodiscard]] inline std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

class Simulator {
 public:
  struct Play {
    std::string bin;   // the folder of hw-sim
    std::string rack;  // the rack file's text
    std::uint64_t seed = 1;
  };
  Simulator(const Play& play, const Folder& folder)
      : program_{{.words = {play.bin + "/hw-sim", "run", folder.write("rack.yaml", play.rack), "--site", folder.file("simulated.yaml"),
                            "--seed", std::to_string(play.seed)},
                  .log = folder.file("hw-sim.log")}} {
    while (control_.empty()) {
      std::istringstream words{program_.line()};
      std::string kind, what, name;
      words >> kind >> what >> name;
      if (kind == "ready") urls_[name] = what;
      if (kind == "control") control_ = what;
    }
  }

  [[nodiscard]] const std::string& url(const std::string& device) const { return urls_.at(device); }
  [[nodiscard]] std::uint16_t port(const std::string& device) const { return port_of(url(device)); }
  void order(const std::string& command) const {
    const auto answer = hwsim::agents::ask_control(control_, command);
    if (!answer.starts_with(R"({"ok":true)")) throw std::runtime_error{"the simulator refused '" + command + "': " + answer};
  }
  [[nodiscard]] std::string status() const { return hwsim::agents::ask_control(control_, "status"); }

 private:
  ChildProgram program_;
  std::map<std::string, std::string> urls_;
  std::string control_;
};

}  // namespace holdup::bench
