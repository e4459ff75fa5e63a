#include "hw-sim/agents/contact_wires.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace hwsim::agents {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in{file};
  std::string text;
  std::getline(in, text);
  return text;
}

std::vector<fs::path> folder_of(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator{path, error}) out.push_back(entry.path());
  return out;
}

// gpio-sim keeps labels in its configuration; a chip goes by its name or its label.
std::string chip_name(const std::string& root, const std::string& chip) {
  for (const auto& device : folder_of(root + "/kernel/config/gpio-sim"))
    for (const auto& bank : folder_of(device))
      if (fs::is_directory(bank) && first_line(bank / "label") == chip) return first_line(bank / "chip_name");
  return chip;
}

std::string pull_file(const std::string& root, const std::string& chip, const std::string& line) {
  const auto name = chip_name(root, chip);
  for (const auto& device : folder_of(root + "/devices/platform")) {
    if (!device.filename().string().starts_with("gpio-sim")) continue;
    const auto file = device / name / ("sim_gpio" + line) / "pull";
    if (fs::exists(file)) return file.string();
  }
  return {};
}

}  // namespace

ContactWires::ContactWires(std::vector<power::Contact> contacts, const std::string& log, std::string root) {
  if (!log.empty()) {
    log_.open(log, std::ios::binary | std::ios::trunc);
    if (!log_) throw std::runtime_error{log + ": cannot be written"};
    log_.precision(12);  // microseconds, for days
  }
  for (power::Contact& contact : contacts) {
    Wired wired{.contact = std::move(contact), .sides = {}};
    const auto slash = wired.contact.source.find('/');
    const auto chip = wired.contact.source.substr(0, slash);
    const std::array lines{slash == std::string::npos ? std::string{} : wired.contact.source.substr(slash + 1), wired.contact.pair};
    for (std::size_t side = 0; side < lines.size(); ++side) {
      if (lines[side].empty()) continue;
      const auto file = pull_file(root, chip, lines[side]);
      if (!file.empty()) wired.sides[side] = {.pull = ::open(file.c_str(), O_WRONLY | O_CLOEXEC), .file = file};
    }
    contacts_.push_back(std::move(wired));
  }
}

ContactWires::~ContactWires() {
  for (const Wired& wired : contacts_)
    for (const Wire& side : wired.sides)
      if (side.pull >= 0) ::close(side.pull);
}

std::vector<std::string> ContactWires::driven() const {
  std::vector<std::string> out;
  for (const Wired& wired : contacts_)
    for (const Wire& side : wired.sides)
      if (side.pull >= 0) out.push_back("contact/" + wired.contact.name + " " + side.file);
  return out;
}

void ContactWires::show(const power::World& world) {
  for (std::size_t c = 0; c < contacts_.size(); ++c) {
    show({.contact = c, .at = world.now(), .closed = world.front(c).closed()});
    if (contacts_[c].contact.has_pair) show({.contact = c, .at = world.now(), .closed = world.front(c).pair_closed(), .pair = true});
  }
}

void ContactWires::show(const power::Edge& edge) {
  Wired& wired = contacts_.at(edge.contact);
  if (log_.is_open())
    log_ << holdup::ground::seconds(edge.at.time_since_epoch()) << " contact/" << wired.contact.name << (edge.pair ? " pair" : "")
         << (edge.closed ? " closed" : " open") << std::endl;
  Wire& wire = wired.sides[edge.pair ? 1 : 0];
  const std::string word = edge.closed != wired.contact.active_low ? "pull-up" : "pull-down";
  if (wire.pull < 0 || ::pwrite(wire.pull, word.data(), word.size(), 0) >= 0) return;
  std::cerr << "no longer drives contact/" << wired.contact.name << ' ' << wire.file << '\n';  // the chip was taken away
  ::close(std::exchange(wire.pull, -1));
}

}  // namespace hwsim::agents
