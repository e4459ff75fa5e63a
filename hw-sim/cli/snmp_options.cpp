#include "hw-sim/cli/snmp_options.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ground/problem.hpp"
#include "hw-sim/agents/credentials.hpp"

namespace hwsim::cli {

std::vector<agents::MasterKeys> read_users(const std::vector<std::string>& files) {
  std::vector<agents::MasterKeys> out;
  for (const auto& file : files) {
    holdup::ground::Problems problems;
    const auto users = agents::parse_credentials(read_text(file), file, problems);
    if (!problems.ok()) throw std::runtime_error{problems.all().front().text()};
    for (const auto& user : users) out.push_back(agents::master_keys(user));
  }
  return out;
}

std::optional<agents::HostPort> destination(const std::string& option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto place = agents::parse_host_port(text);
  if (!place) throw std::runtime_error{option + " " + text + ": write a numeric address and a port, such as 127.0.0.1:9162"};
  return place;
}

std::int32_t boots_now() {
  using namespace std::chrono;
  constexpr sys_days began{year{2026} / January / 1};
  return static_cast<std::int32_t>(duration_cast<seconds>(system_clock::now() - began).count() & INT32_MAX);
}

void expect_private(const std::string& file) {
  using std::filesystem::perms;
  std::error_code error;
  const auto mode = std::filesystem::status(file, error).permissions();
  if (!error && (mode & (perms::group_all | perms::others_all)) != perms::none)
    throw std::runtime_error{file + ": others may read it; chmod 600 " + file};
}

std::string read_text(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error{file + ": cannot be read, or is empty"};
  return text.str();
}

}  // namespace hwsim::cli
