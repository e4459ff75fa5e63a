#include "modbus_peers.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "child_program.hpp"
#include "folder.hpp"
#include "limits/block_60.hpp"
#include "modbus_units.hpp"
#include "unpacked.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

/// A Data block a register, for it reads no more at once.
std::string configuration(const std::string& package, const Folder& folder, std::size_t devices, std::uint16_t port) {
  std::string out = "BaseDir \"" + folder.file("") + "\"\nPIDFile \"" + folder.file("pid") + "\"\nPluginDir \"" + package +
                    "/usr/lib/collectd\"\nTypesDB \"" + package + "/usr/share/collectd/types.db\"\nInterval 1\nReadThreads 5\n" +
                    "LoadPlugin modbus\n<Plugin modbus>\n";
  std::string all;
  for (std::size_t r = 0; r < registers_a_block; ++r) {
    const auto number = std::to_string(r);
    out += "<Data \"r" + number + "\">\nRegisterBase " + number +
           "\nRegisterType Uint16\nRegisterCmd ReadHolding\nType gauge\nInstance \"r" + number + "\"\n</Data>\n";
    all += "Collect \"r" + number + "\"\n";
  }
  for (std::size_t d = 0; d < devices; ++d)
    out += "<Host \"d" + std::to_string(d) + "\">\nAddress \"" + unit_host(d) + "\"\nPort \"" + std::to_string(port) +
           "\"\nInterval 1\n<Slave 1>\nInstance \"u\"\n" + all + "</Slave>\n</Host>\n";
  return out + "</Plugin>\n";
}

}  // namespace

void collectd_modbus(std::size_t devices, const std::function<std::size_t()>& limit) {
  const auto package = unpacked("collectd-core");
  if (package.empty()) return void(std::printf("collectd: its package cannot be had\n"));
  ModbusUnits units;
  const std::jthread server{[&](const std::stop_token& stop) { units.serve(stop); }};
  const Folder folder;
  const ChildProgram peer{{.words = {package + "/usr/sbin/collectd", "-f", "-C",
                                     folder.write("collectd.conf", configuration(package, folder, devices, units.port()))},
                           .log = folder.file("collectd.log")}};
  std::this_thread::sleep_for(5s);  // connected, phases found
  Way bare{"limit", limit, {}};
  bare.round(20, devices * registers_a_block);
  const double start = peer.cpu_seconds();
  const auto before = units.answered();
  std::this_thread::sleep_for(15s);
  const auto registers = units.answered() - before;
  if (registers == 0) throw std::runtime_error{"collectd asks nothing; see " + folder.file("collectd.log")};
  const double micros = (peer.cpu_seconds() - start) * 1e6 / static_cast<double>(registers),
               block = bare.micros.front() * registers_a_block;
  std::printf("%5zu  collectd (no writer)    %8.1f a register, %.0f for %zu of them: %.0f limits (limit %.2f, same minute)\n", devices,
              micros, micros * registers_a_block, registers_a_block, micros * registers_a_block / block, block);
  std::fflush(stdout);
}

}  // namespace holdup::bench
