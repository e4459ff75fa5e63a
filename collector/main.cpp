#include "collector/cli/command_line.hpp"

int main(int argc, char** argv) { return holdup::cli::command_line(argc, argv); }
