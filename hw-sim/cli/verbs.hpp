#pragma once

#include <CLI/CLI.hpp>

// The verbs of the `hw-sim` program. Each adds its branch to the command line and sets the exit code when it was the one called.
namespace hwsim::cli {

void add_run(CLI::App& program, int& exit_code);
void add_replay(CLI::App& program, int& exit_code);
void add_ctl(CLI::App& program, int& exit_code);

/// 0 fine · 1 a problem was found · 2 usage.
enum Exit : int { fine = 0, problem = 1, usage = 2 };

}  // namespace hwsim::cli
