#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "child_program.hpp"
#include "http_get.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"
#include "unpacked.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

void add_number(std::string& text, double value) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

double folder_bytes(const std::string& path) {
  double out = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{path})
    if (entry.is_regular_file()) out += static_cast<double>(entry.file_size());
  return out;
}

int listening(const std::string& what) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof here;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&here), size) == 0;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size);
  ::close(socket);
  if (!bound) throw std::runtime_error{"no free port for " + what};
  return ntohs(here.sin_port);
}

void post(std::uint16_t port, const std::string& target, const std::string& body) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in peer{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  bool good = ::connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
  const auto request =
      "POST " + target + " HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t sent = 0; good && sent < request.size();) {
    const auto went = ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    good = went > 0;
    if (good) sent += static_cast<std::size_t>(went);
  }
  char answer[64] = {};
  good = good && ::recv(socket, answer, sizeof answer - 1, 0) > 12 && answer[9] == '2';
  ::close(socket);
  if (!good) throw std::runtime_error{"POST " + target + " failed: " + answer};
}

/// An hour of all series, a line each, as VictoriaMetrics' own import takes them.
std::vector<std::string> import_lines(RackFeed& feed) {
  std::vector<std::string> values(1000), times(1000), out;
  for (int second = 0; second < 3600; ++second)
    for (const auto& batch : feed.second())
      for (const auto& sample : batch.samples) {
        auto& value = values[sample.series];
        if (!value.empty()) value += ',', times[sample.series] += ',';
        add_number(value, sample.value);
        times[sample.series] +=
            std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(batch.time.time_since_epoch()).count());
      }
  for (std::size_t series = 0; series < values.size(); ++series) {
    const auto identity = feed.identity(series);
    std::string line = R"({"metric":{"__name__":")" + identity.name + "\"";
    for (const auto& [name, value] : identity.labels) line += ",\"" + name + "\":\"" + value + "\"";
    out.push_back(line + "},\"values\":[" + values[series] + "],\"timestamps\":[" + times[series] + "]}\n");
  }
  return out;
}

void victoria_metrics(int hours) {
  const auto package = unpacked("victoria-metrics");
  if (package.empty()) return void(std::printf("VictoriaMetrics: its package cannot be had\n"));
  const Folder folder;
  const auto port = static_cast<std::uint16_t>(listening("VictoriaMetrics"));
  const auto data = folder.file("data");
  const ChildProgram peer{{.words = {package + "/usr/bin/victoria-metrics", "-storageDataPath=" + data, "-retentionPeriod=100y",
                                     "-httpListenAddr=127.0.0.1:" + std::to_string(port)},
                           .log = folder.file("log")}};
  for (const auto patience = SteadyClock::now() + 60s; !http_get(port, "/health");) {
    if (SteadyClock::now() > patience) throw std::runtime_error{"VictoriaMetrics does not start; see " + folder.file("log")};
    std::this_thread::sleep_for(100ms);
  }
  RackFeed feed;
  for (int hour = 0; hour < hours; ++hour) {
    std::string body;
    for (const auto& line : import_lines(feed)) {
      body += line;
      if (body.size() < 8U << 20U) continue;
      post(port, "/api/v1/import", body);
      body.clear();
    }
    if (!body.empty()) post(port, "/api/v1/import", body);
  }
  const auto samples = static_cast<double>(feed.samples());
  (void)http_get(port, "/internal/force_flush");
  (void)http_get(port, "/internal/force_merge");
  double size = 0;
  for (int calm = 0; calm < 10; std::this_thread::sleep_for(1s)) {
    const double now = folder_bytes(data + "/data");
    calm = now == size ? calm + 1 : 0;
    size = now;
  }
  std::printf(
      "VictoriaMetrics   %10.0f samples  %.4f bytes a sample, with its index of names %.4f; CPU us a sample %.2f, as JSON in bulk\n",
      samples, size / samples, (size + folder_bytes(data + "/indexdb")) / samples, peer.cpu_seconds() * 1e6 / samples);
  std::fflush(stdout);
}

void prometheus(int hours) {
  auto package = unpacked("prometheus");
  if (!package.empty() && !std::filesystem::exists(package + "/usr/bin/promtool")) package = unpacked("promtool");
  if (package.empty()) return void(std::printf("Prometheus: its package cannot be had\n"));
  const Folder folder;
  const Folder quick{memory_folder()};
  RackFeed feed;
  std::vector<std::string> names;
  for (std::size_t series = 0; series < feed.rack().series(); ++series) names.push_back(feed.identity(series).text());
  {
    std::ofstream file{quick.file("samples")};
    std::string text;
    for (int second = 0; second < hours * 3600; ++second) {
      text.clear();
      const auto time = " " + std::to_string(feed.time_ms() / 1000) + "\n";
      for (const auto& batch : feed.second())
        for (const auto& sample : batch.samples) {
          text += names[sample.series] + " ";
          add_number(text, sample.value);
          text += time;
        }
      file << text;
    }
    file << "# EOF\n";
  }
  const auto said = output_of(package + "/usr/bin/promtool tsdb create-blocks-from openmetrics -q " + quick.file("samples") + " " +
                              folder.file("data") + " 2>&1");
  if (!said.empty()) std::printf("promtool: %s\n", said.c_str());
  const auto samples = static_cast<double>(feed.samples());
  std::printf("Prometheus        %10.0f samples  %.4f bytes a sample, its blocks\n", samples, folder_bytes(folder.file("data")) / samples);
  std::fflush(stdout);
}

}  // namespace

void store_peers(const StoreOptions& options) {
  std::printf("\nother programs, the same samples\n");
  victoria_metrics(options.hours);
  prometheus(options.hours);
}

}  // namespace holdup::bench
