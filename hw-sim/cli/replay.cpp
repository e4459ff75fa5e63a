#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "hw-sim/cli/replay_house.hpp"
#include "hw-sim/cli/serving.hpp"
#include "hw-sim/cli/snmp_options.hpp"
#include "hw-sim/cli/verbs.hpp"

namespace hwsim::cli {
namespace {

constexpr std::size_t most_agents = 65'536;

std::string stem_of(const std::string& file, std::string_view extension) {
  auto name = std::filesystem::path{file}.filename().string();
  return name.substr(0, name.size() - extension.size());
}

using Skipped = agents::SnmpRecording::Skipped;

// The first few by FILE:LINE with the reason, then how many there are.
void warn_skipped(const std::string& file, const std::vector<Skipped>& skipped) {
  constexpr std::size_t most_named = 10;
  if (skipped.empty()) return;
  for (std::size_t i = 0; i < std::min(skipped.size(), most_named); ++i)
    std::cerr << file << ':' << skipped[i].line << ": " << skipped[i].why << "; left out\n";
  std::cerr << "lines_skipped file=" << file << " count=" << skipped.size() << '\n';
}

std::vector<Skipped> with_reason(const std::vector<std::size_t>& lines) {
  std::vector<Skipped> out;
  for (const auto line : lines)
    out.push_back({.line = line, .why = "no [ADDRESS]: 0xHHHH, none of a coil or discrete, no id NUMBER: TEXT"});
  return out;
}

Recording load(const std::string& file) {
  const auto text = read_text(file);
  if (file.ends_with(".snmprec")) {
    auto parsed = agents::parse_snmprec(text);
    warn_skipped(file, parsed.skipped);
    return {.file = file, .name = stem_of(file, ".snmprec"), .objects = std::move(parsed)};
  }
  if (file.ends_with(".regs.txt")) {
    auto parsed = agents::parse_registers(text);
    warn_skipped(file, with_reason(parsed.skipped_lines));
    return {.file = file, .name = stem_of(file, ".regs.txt"), .registers = agents::RecordedRegisters{std::move(parsed.contents)}};
  }
  throw std::runtime_error{file + ": neither .snmprec nor .regs.txt"};
}

}  // namespace

int replay(const ReplayOptions& options) {
  const auto at = agents::parse_host_port(options.listen);
  if (!at || (at->port != 0 && options.agents == 0 && at->port + options.files.size() > 65536)) {
    std::cerr << "hw-sim replay: --listen " << options.listen << ": write a numeric address and a port, such as 127.0.0.1:1161\n";
    return Exit::usage;
  }
  if (options.agents > most_agents) {
    std::cerr << "hw-sim replay: --agents " << options.agents << ": at most " << most_agents << '\n';
    return Exit::usage;
  }
  try {
    std::vector<Recording> recordings;
    for (const auto& file : options.files) recordings.push_back(load(file));
    boost::asio::io_context io{1};
    ReplayHouse house{io, std::move(recordings), options};
    serve(io, {.answer = [&house](std::string_view command) { return house.answer(command); }, .close = [&house] { house.close(); }});
  } catch (const std::exception& error) {
    std::cerr << "hw-sim replay: " << error.what() << '\n';
    return Exit::problem;
  }
  return Exit::fine;
}

}  // namespace hwsim::cli
