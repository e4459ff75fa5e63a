#include "sim_chip.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace holdup::gpio_test {
namespace {

const std::string root = "/sys/kernel/config/gpio-sim/";

void make(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0) throw std::runtime_error{"no " + folder};
}

void write(const std::string& file, const std::string& text) {
  std::ofstream out{file};
  if (!(out << text << std::flush)) throw std::runtime_error{"cannot write " + file};
}

std::string read(const std::string& file) {
  std::ifstream in{file};
  std::string text;
  if (!std::getline(in, text)) throw std::runtime_error{"cannot read " + file};
  return text;
}

}  // namespace

SimChip::SimChip(std::string label, unsigned lines) : label_{std::move(label)}, folder_{root + label_}, pulls_(lines, -1) {
  make(folder_);
  make(folder_ + "/bank0");
  write(folder_ + "/bank0/num_lines", std::to_string(lines));
  write(folder_ + "/bank0/label", label_);
  for (unsigned line = 0; line < lines; ++line) {
    const std::string of_line = folder_ + "/bank0/line" + std::to_string(line);
    make(of_line);
    write(of_line + "/name", "line" + std::to_string(line));
  }
  come();
}

SimChip::~SimChip() {
  for (const int pull : pulls_) ::close(pull);
}

void SimChip::come() {
  write(folder_ + "/live", "1");
  name_ = read(folder_ + "/bank0/chip_name");
  const std::string device = "/sys/devices/platform/" + read(folder_ + "/dev_name") + "/" + name_;
  for (unsigned line = 0; line < pulls_.size(); ++line) {
    const std::string file = device + "/sim_gpio" + std::to_string(line) + "/pull";
    pulls_[line] = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (pulls_[line] < 0) throw std::runtime_error{"no " + file};
  }
}

void SimChip::leave() {
  for (int& pull : pulls_) ::close(std::exchange(pull, -1));
  write(folder_ + "/live", "0");
}

void SimChip::pull(unsigned line, bool up) {
  const std::string word = up ? "pull-up" : "pull-down";
  if (::pwrite(pulls_.at(line), word.data(), word.size(), 0) < 0) throw std::runtime_error{"cannot pull a line"};
}

}  // namespace holdup::gpio_test
