#include <CLI/CLI.hpp>

#include "collector/cli/verbs.hpp"

int main(int argc, char** argv) {
  CLI::App app{"holdup says that a rack's redundancy is gone while the remaining supply still carries the load.", "holdup"};
  app.set_version_flag("--version", std::string{holdup::cli::version});
  app.require_subcommand(1);
  int exit_code = holdup::cli::fine;
  for (const auto add : holdup::cli::verbs) add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? holdup::cli::fine : holdup::cli::usage;
  }
  return exit_code;
}
