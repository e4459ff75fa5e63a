#include "hw-sim/cli/verbs.hpp"

// hw-sim: virtual racks and replayed devices for a bench, on loopback.
int main(int argc, char** argv) {
  CLI::App program{"hw-sim: simulated power hardware on loopback. Serves recordings of real devices, or plays a whole rack."};
  program.require_subcommand(1);
  int exit_code = hwsim::cli::Exit::fine;
  hwsim::cli::add_run(program, exit_code);
  hwsim::cli::add_replay(program, exit_code);
  hwsim::cli::add_ctl(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? hwsim::cli::Exit::fine : hwsim::cli::Exit::usage;
  }
  return exit_code;
}
