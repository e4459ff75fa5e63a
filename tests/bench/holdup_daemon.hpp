#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include "child_program.hpp"
#include "folder.hpp"
#include "http_get.hpp"
#include "simulator.hpp"

// `holdup run` as in service: with a store of its own, its page, an ear for traps, and a webhook of the bench's.
namespace holdup::bench {

class HoldupDaemon {
 public:
  /// Back when it calls the whole rack redundant and hears traps.
  HoldupDaemon(const std::string& bin, const std::string& site, std::uint16_t webhook)
      : program_{{.words = {bin + "/holdup", "run", "-c", folder_.write("site.yaml", site + around(webhook))}, .log = log()}} {
    auto ready = program_.line();  // "ready http://127.0.0.1:PORT/"
    ready.pop_back();
    port_ = port_of(ready);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!is_ready()) {
      if (std::chrono::steady_clock::now() > patience)
        throw std::runtime_error{"the rack was not called redundant within a minute; see " + log()};
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }

  [[nodiscard]] std::uint16_t trap_port() const { return trap_port_; }
  [[nodiscard]] std::string log() const { return folder_.file("holdup.log"); }
  [[nodiscard]] double cpu_seconds() const { return program_.cpu_seconds(); }
  /// A sample of its /metrics; 0 where there is none.
  [[nodiscard]] double metric(const std::string& sample) const {
    const auto page = "\n" + http_get(port_, "/metrics").value_or("");
    const auto at = page.find("\n" + sample + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + sample.size() + 2));
  }

 private:
  [[nodiscard]] std::string around(std::uint16_t webhook) const {
    return "store: {path: " + folder_.file("bench.db") + "}\nhttp: {listen: 127.0.0.1:0}\ntraps: {listen: 127.0.0.1:0}\n" +
           "alerts: {webhook: [http://127.0.0.1:" + std::to_string(webhook) + "/hook]}\n";
  }
  bool is_ready() {
    const auto status = http_get(port_, "/api/holdup/v1/status");
    if (!status) return false;
    const auto said = boost::json::parse(*status);
    if (said.at("verdict").as_string() != "redundant" || !said.at("traps").at("listening").as_bool()) return false;
    trap_port_ = port_of(std::string{said.at("traps").at("endpoint").as_string()});
    return true;
  }

  Folder folder_;
  ChildProgram program_;
  std::uint16_t port_ = 0, trap_port_ = 0;
};

}  // namespace holdup::bench
