#include "peers.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "child_program.hpp"
#include "folder.hpp"
#include "http_get.hpp"
#include "limits/mmsg_poller.hpp"
#include "responder.hpp"
#include "unpacked.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t devices = 100;
constexpr const char* base = "1.3.6.1.4.1.32473.1";

std::string host_of(std::size_t device, std::uint16_t port) {
  const auto address = address_of(device, port);
  std::array<char, INET_ADDRSTRLEN> host;
  ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
  return std::string{host.data()} + ":" + std::to_string(port);
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&here), size) == 0;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size);
  ::close(socket);
  if (!bound) throw std::runtime_error{"no free port"};
  return ntohs(here.sin_port);
}

/// The limit's CPU us a value, at this moment.
double limit_now(MmsgPoller& limit) {
  (void)limit.poll();
  const double start = thread_cpu_seconds();
  std::size_t values = 0;
  for (int cycle = 0; cycle < 50; ++cycle) values += limit.poll();
  return (thread_cpu_seconds() - start) * 1e6 / static_cast<double>(values);
}

void print(const char* name, double micros, double limit) {
  std::printf("%5zu  %-24s %8.3f   %6.1f   (limit %.4f)\n", devices, name, micros, micros / limit, limit);
  std::fflush(stdout);
}

/// Its modules' file; since 0.24 communities stand apart from them.
std::string exporter_modules(bool apart) {
  std::string metrics;
  for (std::uint32_t table = 1; table <= 2; ++table)
    for (std::uint32_t column = 1; column <= columns; ++column) {
      const auto place = std::to_string(table) + ".1." + std::to_string(column);
      metrics += "    - {name: t" + std::to_string(table) + "c" + std::to_string(column) + ", oid: " + base + "." + place +
                 ", type: gauge, help: value, indexes: [{labelname: row, type: gauge}]}\n";
    }
  const std::string module =
      std::string{"pdu:\n    walk: ["} + base + ".1, " + base + ".2]\n    max_repetitions: 25\n    metrics:\n" + metrics;
  if (apart) return "auths:\n  public_v2: {community: public, version: 2}\nmodules:\n  " + module;
  return module + "    version: 2\n    auth: {community: public}\n";
}

std::size_t values_in(const std::string& page) {
  std::size_t out = 0;
  for (std::size_t at = page.find("\nt"); at != std::string::npos; at = page.find("\nt", at + 1))
    out += page.compare(at + 3, 1, "c") == 0 ? 1 : 0;
  return out;
}

void exporter(std::uint16_t agents, MmsgPoller& limit) {
  const auto package = unpacked("prometheus-snmp-exporter");
  if (package.empty()) return void(std::printf("prometheus-snmp-exporter: its package cannot be had\n"));
  const auto program = package + "/usr/bin/prometheus-snmp-exporter";
  const bool apart = output_of(program + " --version 2>&1").find("version 0.21") == std::string::npos;
  const Folder folder;
  const auto port = free_port();
  const ChildProgram peer{{.words = {program, "--config.file=" + folder.write("snmp.yml", exporter_modules(apart)),
                                     "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                           .log = folder.file("exporter.log")}};
  const auto scrape = [&](std::size_t device) {
    const auto page = http_get(port, "/snmp?module=pdu&auth=public_v2&target=" + host_of(device, agents));
    return page ? values_in(*page) : 0;
  };
  const auto patience = std::chrono::steady_clock::now() + 20s;
  while (scrape(0) != values_a_poll) {
    if (std::chrono::steady_clock::now() > patience)
      throw std::runtime_error{"the exporter does not read all values; see " + folder.file("exporter.log")};
    std::this_thread::sleep_for(100ms);
  }
  const double bare = limit_now(limit), start = peer.cpu_seconds();
  std::size_t values = 0;
  for (int cycle = 0; cycle < 20; ++cycle)
    for (std::size_t device = 0; device < devices; ++device) values += scrape(device);
  print("prometheus-snmp-exporter", (peer.cpu_seconds() - start) * 1e6 / static_cast<double>(values), bare);
}

std::string collectd_configuration(const std::string& package, const Folder& folder, std::uint16_t agents) {
  std::string out = "BaseDir \"" + folder.file("") + "\"\nPIDFile \"" + folder.file("pid") + "\"\nPluginDir \"" + package +
                    "/usr/lib/collectd\"\nTypesDB \"" + package + "/usr/share/collectd/types.db\"\nInterval 1\nReadThreads 5\n" +
                    "LoadPlugin snmp\n<Plugin snmp>\n";
  std::string all;
  for (std::uint32_t table = 1; table <= 2; ++table)
    for (std::uint32_t column = 1; column <= columns; ++column) {
      const auto called = "t" + std::to_string(table) + "c" + std::to_string(column);
      out += "<Data \"" + called + "\">\nType \"gauge\"\nTable true\nInstancePrefix \"" + called + "\"\nValues \"" + base + "." +
             std::to_string(table) + ".1." + std::to_string(column) + "\"\n</Data>\n";
      all += " \"" + called + "\"";
    }
  for (std::size_t device = 0; device < devices; ++device)
    out += "<Host \"d" + std::to_string(device) + "\">\nAddress \"udp:" + host_of(device, agents) +
           "\"\nVersion 2\nBulkSize 25\nCommunity \"public\"\nCollect" + all + "\nInterval 1\n</Host>\n";
  return out + "</Plugin>\n";
}

void collectd(const Responder& agents, MmsgPoller& limit) {
  const auto package = unpacked("collectd-core");
  if (package.empty()) return void(std::printf("collectd: its package cannot be had\n"));
  const Folder folder;
  ::setenv("MIBS", "", 1);
  const ChildProgram peer{{.words = {package + "/usr/sbin/collectd", "-f", "-C",
                                     folder.write("collectd.conf", collectd_configuration(package, folder, agents.port()))},
                           .log = folder.file("collectd.log")}};
  std::this_thread::sleep_for(5s);  // sessions opened, phases found
  const double bare = limit_now(limit);
  const double start = peer.cpu_seconds();
  const auto before = agents.answered();
  std::this_thread::sleep_for(15s);
  const auto values = agents.answered() - before;
  if (values == 0) throw std::runtime_error{"collectd asks nothing; see " + folder.file("collectd.log")};
  print("collectd (no writer)", (peer.cpu_seconds() - start) * 1e6 / static_cast<double>(values), bare);
}

}  // namespace

void peers() {
  std::printf(
      "\nother programs, CPU us a value of their whole process\ndevices way                        us       against the limit of the same "
      "minute\n");
  const Responder agents{{}};
  MmsgPoller limit{devices, agents.port()};
  exporter(agents.port(), limit);
  collectd(agents, limit);
}

}  // namespace holdup::bench
