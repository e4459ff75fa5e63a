#pragma once

#include <array>
#include <string_view>

namespace CLI {
class App;
}

// The verbs of `holdup`: a file a verb. Each adds its subcommand with a callback that performs it and leaves an exit code. main() adds them
// in this order.
namespace holdup::cli {

inline constexpr std::string_view version = "0.1.0";

enum ExitCode : int { fine = 0, problem_found = 1, usage = 2, refused = 3, cannot_know = 4 };

using AddVerb = void (*)(CLI::App& app, int& exit_code);

void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_probe(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_events(CLI::App& app, int& exit_code);
void add_query(CLI::App& app, int& exit_code);
void add_drill(CLI::App& app, int& exit_code);

inline constexpr std::array<AddVerb, 7> verbs{add_run, add_check, add_probe, add_status, add_events, add_query, add_drill};

}  // namespace holdup::cli
