#pragma once

// What main() does: reads the command line, performs the verb, returns the exit code.
namespace holdup::cli {

[[nodiscard]] int command_line(int argc, char** argv);

}  // namespace holdup::cli
