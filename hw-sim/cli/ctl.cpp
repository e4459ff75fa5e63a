#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "hw-sim/agents/control_socket.hpp"
#include "hw-sim/cli/verbs.hpp"

namespace hwsim::cli {
int ctl(const CtlOptions& options) {
  std::string command;
  for (const auto& word : options.words) command += (command.empty() ? "" : " ") + word;
  try {
    const auto answer = agents::ask_control(options.socket, command);
    std::cout << answer << '\n';
    return answer.starts_with(R"({"ok":true)") ? Exit::fine : Exit::problem;
  } catch (const std::exception& error) {
    std::cerr << "hw-sim ctl: " << options.socket << ": " << error.what() << '\n';
    return Exit::problem;
  }
}

}  // namespace hwsim::cli
