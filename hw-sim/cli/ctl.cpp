#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "hw-sim/agents/control_socket.hpp"
#include "hw-sim/cli/verbs.hpp"

namespace hwsim::cli {
namespace {

struct Options {
  std::string socket;
  std::vector<std::string> words;
};

int ctl(const Options& options) {
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

}  // namespace

void add_ctl(CLI::App& program, int& exit_code) {
  auto* verb = program.add_subcommand("ctl", "send one command to a running simulator and print its one line of JSON");
  auto options = std::make_shared<Options>();
  verb->add_option("--socket", options->socket, "the PATH that run or replay printed behind 'control'")->required();
  verb->add_option("COMMAND", options->words,
                   "such as: status · fail feed/A · restore feed/A · set cab1/psu1 fan=0.7 · fault device/pdu-a kind=silent")
      ->required();
  verb->footer(
      "Commands:\n"
      "  status                                what is live, and how many writes were seen\n"
      "  fail ELEMENT [phase=1] [for=300ms]    a feed, a PDU, an outlet or a supply\n"
      "  restore ELEMENT                       undoes every fail and set of it\n"
      "  set feed/A volts=196 · set cab1 watts=1200 · set cab1/psu1 fan=0.7 · set pdu-a/outlet/3 state=off\n"
      "  fault device/NAME kind=KIND [ms=] [ratio=]   silent slow lossy duplicate late wrong_id wrong_source truncated garbage frozen "
      "zeros reboot\n"
      "  clear device/NAME [kind=KIND]         ends one kind of fault, or all");
  verb->callback([options, &exit_code] { exit_code = ctl(*options); });
}

}  // namespace hwsim::cli
