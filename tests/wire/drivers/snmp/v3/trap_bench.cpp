#include "wire/drivers/snmp/v3/trap_bench.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <map>
#include <stdexcept>

#include "catch.hpp"
#include "drivers/profile/library.hpp"
#include "wire/run_loop.hpp"

namespace holdup::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* meanings = "profile: t\nbase: 1.3.6.1.4.1.318\ntraps:\n  - {oid: .0.5, says: on_battery}\n";

std::string tool_name(v3::Priv priv) {
  static const std::map<v3::Priv, std::string> names{
      {v3::Priv::des, "DES"},        {v3::Priv::aes128, "AES"},         {v3::Priv::aes192, "AES-192"},
      {v3::Priv::aes256, "AES-256"}, {v3::Priv::aes192_c, "AES-192-C"}, {v3::Priv::aes256_c, "AES-256-C"}};
  return names.at(priv);
}

}  // namespace

v3::SharedCredential credential(const Who& who) {
  auto out = std::make_shared<v3::Credential>();
  out->user = who.user;
  out->auth = who.auth;
  out->priv = who.priv;
  if (who.auth != v3::Auth::none) out->auth_key.passphrase = v3::Secret{std::string{who.auth_passphrase}};
  if (who.priv != v3::Priv::none) out->priv_key.passphrase = v3::Secret{std::string{who.priv_passphrase}};
  return out;
}

std::string flags(const Who& who) {
  const auto level = who.auth == v3::Auth::none ? "noAuthNoPriv" : who.priv == v3::Priv::none ? "authNoPriv" : "authPriv";
  auto out = " -v 3 -u " + std::string{who.user} + " -l " + level;
  if (who.auth != v3::Auth::none)
    out += " -a " + (who.auth == v3::Auth::sha1 ? std::string{"SHA"} : std::string{v3::name(who.auth)}) + " -A " + who.auth_passphrase;
  if (who.priv != v3::Priv::none) out += " -x " + tool_name(who.priv) + " -X " + who.priv_passphrase;
  return out;
}

Caller::Caller(const std::string& host, std::uint16_t port) : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &own.sin_addr);
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) throw std::runtime_error{"cannot call from " + host};
}

Caller::~Caller() { ::close(socket_); }

void Caller::send(std::uint16_t port, const Octets& datagram) const {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
}

Octets Caller::received(std::uint16_t* from) const {
  Octets out(65536);
  sockaddr_in sender{};
  socklen_t length = sizeof sender;
  const auto size = ::recvfrom(socket_, out.data(), out.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&sender), &length);
  if (size > 0 && from != nullptr) *from = ntohs(sender.sin_port);
  out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return out;
}

std::string Caller::address() const {
  sockaddr_in own{};
  socklen_t length = sizeof own;
  (void)::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &length);
  std::array<char, INET_ADDRSTRLEN> host{};
  inet_ntop(AF_INET, &own.sin_addr, host.data(), host.size());
  return std::string{host.data()} + ":" + std::to_string(ntohs(own.sin_port));
}

TrapBench::TrapBench(std::vector<Device> devices) : devices_{std::move(devices)} {
  auto pattern = (fs::temp_directory_path() / "holdup-v3traps-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  folder_ = pattern;
  begin();
}

TrapBench::~TrapBench() {
  port_.reset();
  std::error_code error;
  fs::remove_all(folder_, error);
}

void TrapBench::restart() {
  port_.reset();
  calls_.clear();
  begin();
}

void TrapBench::begin() {
  const auto counted = v3::EngineBoots::count_start((folder_ / "engine").string());
  REQUIRE(counted);
  engine_ = std::make_unique<v3::EngineBoots>(*counted);
  commons_ = std::make_shared<v3::Commons>(loop_.get_executor());
  reader_ = std::make_unique<v3::TrapReader>(commons_, [this](std::uint32_t source, snmp::Doubt why) {
    refused_.push_back(std::to_string(source) + " " + std::string{snmp::doubt_names[static_cast<std::size_t>(why)]});
  });
  reader_->speak_as(*engine_);
  port_ = std::make_unique<snmp::TrapPort>(loop_, snmp::TrapSocket::listen("127.0.0.1:0").value(), [this](std::vector<snmp::Called> heard) {
    calls_.insert(calls_.end(), heard.begin(), heard.end());
  });
  port_->plug(reader_.get());
  reload(devices_);
}

void TrapBench::reload(std::vector<Device> devices) {
  devices_ = std::move(devices);
  ground::Problems problems;
  profile::TrapBook book{profile::Library::load({{"t.yaml", meanings}}, problems)};
  REQUIRE(problems.ok());
  std::vector<snmp::TrapSource> sources;
  std::vector<v3::Caller> callers;
  for (const Device& device : devices_) {
    sources.push_back({.host = *snmp::host_bytes(device.host), .port = device.port});
    callers.push_back({.place = sources.back(), .credential = device.credential});
  }
  reader_->know(std::move(callers));
  port_->know(std::move(sources), std::move(book));
  REQUIRE(test::run_until(loop_, [&] {
    return std::all_of(devices_.begin(), devices_.end(), [](const Device& d) { return !d.credential || d.credential->is_ready(); });
  }));
}

std::uint16_t TrapBench::number() const {
  const auto text = port_->endpoint();
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

int TrapBench::run(const std::string& command, const std::string& patience, const std::string& to) const {
  const auto words = command.find(" '' ");
  const auto whole = "SNMP_PERSISTENT_DIR=" + (folder_ / "tool").string() + " MIBS= " + command.substr(0, words) + " " + patience + " " +
                     to + command.substr(words) + " >/dev/null 2>&1";
  return std::system(whole.c_str());
}

int TrapBench::tool(const std::string& command, const std::string& from) {
  const auto to = "127.0.0.1:" + std::to_string(number());
  auto done = std::async(std::launch::async, [&] { return run(command, "-r 1 -t 1 --clientaddr=" + from, to); });
  loop_.restart();
  while (done.wait_for(0s) != std::future_status::ready) loop_.run_one_for(5ms);
  while (loop_.run_one_for(20ms) > 0) continue;  // a trap's tool does not wait until it was heard
  return done.get();
}

Octets TrapBench::captured(const std::string& command) const {
  const Caller ear{"127.0.0.1"};
  (void)run(command, "-r 0 -t 0.05", ear.address());  // nobody answers an inform there
  auto out = ear.received();
  REQUIRE(!out.empty());
  return out;
}

Octets TrapBench::relayed(const std::string& command, const std::string& from) {
  const Caller relay{from};
  auto done = std::async(std::launch::async, [&] { return run(command, "-r 0 -t 10 --clientaddr=127.0.0.1", relay.address()); });
  std::uint16_t sender = 0, caller = 0;
  Octets last;
  loop_.restart();
  while (done.wait_for(0s) != std::future_status::ready) {
    loop_.run_one_for(2ms);
    for (auto one = relay.received(&sender); !one.empty(); one = relay.received(&sender)) {
      relay.send(sender == number() ? caller : number(), one);
      if (sender != number()) caller = sender, last = one;
    }
  }
  REQUIRE(done.get() == 0);
  calls_.clear();
  return last;
}

std::vector<Octets> TrapBench::send(const std::string& from, const std::vector<Octets>& datagrams) {
  const Caller caller{from};
  std::vector<Octets> out;
  const auto collect = [&] {
    for (auto one = caller.received(); !one.empty(); one = caller.received()) out.push_back(std::move(one));
  };
  const auto before = counters().received;
  for (const Octets& datagram : datagrams) caller.send(number(), datagram);
  REQUIRE(test::run_until(loop_, [&] { return counters().received == before + datagrams.size(); }));
  collect();
  return out;
}

}  // namespace holdup::tests
