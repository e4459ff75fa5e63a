#include "drivers/snmp/trap_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <future>

#include "catch.hpp"
#include "drivers/profile/library.hpp"
#include "drivers/snmp/envelope.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using namespace holdup::snmp;
using profile::Oid;
using reading::TrapSays;
using Octets = std::vector<std::uint8_t>;

namespace {

constexpr const char* traps =
    "profile: t\nbase: 1.3.6.1.4.1.318\ntraps:\n"
    "  - {oid: .0.5, says: on_battery}\n"
    "  - {oid: .0.269, says: outlet_off, part: outlet, index: {varbind: .1.1.12.3.3.1.1.1}}\n";

constexpr std::uint16_t agent_port = 41161;

// The port, with two known devices: 127.0.0.11 and 127.0.0.12; and 127.0.0.13 with two agents.
struct Desk {
  boost::asio::io_context io;
  std::vector<Called> calls;
  TrapPort port{io, TrapSocket::listen("127.0.0.1:0").value(),
                [this](std::vector<Called> heard) { calls.insert(calls.end(), heard.begin(), heard.end()); }};

  Desk() {
    ground::Problems problems;
    profile::TrapBook book{profile::Library::load({{"t.yaml", traps}}, problems)};
    REQUIRE(problems.ok());
    std::vector<TrapSource> sources;
    for (const auto& [host, agent] :
         {std::pair{"127.0.0.11", std::uint16_t{161}}, {"127.0.0.12", 161}, {"127.0.0.13", 161}, {"127.0.0.13", agent_port}})
      sources.push_back({.host = *host_bytes(host), .port = static_cast<std::uint16_t>(agent)});
    port.know(std::move(sources), std::move(book));
  }
  Desk(const Desk&) = delete;

  [[nodiscard]] std::uint16_t number() const {
    const auto text = port.endpoint();
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
  }

  /// A stock net-snmp tool, from this address; its exit code.
  int tool(const std::string& name, const std::string& from, const std::string& arguments) {
    const auto folder = std::filesystem::temp_directory_path() / ("holdup-traps-" + std::to_string(getpid()));
    const auto command = "SNMP_PERSISTENT_DIR=" + folder.string() + " MIBS= " + name + " -r 1 -t 1 --clientaddr=" + from + " -c public " +
                         arguments + " >/dev/null 2>&1";
    auto done = std::async(std::launch::async, [command] { return std::system(command.c_str()); });
    REQUIRE(test::run_until(io, [&] { return done.wait_for(0s) == std::future_status::ready; }));
    std::filesystem::remove_all(folder);
    while (io.run_one_for(50ms) > 0) {
    }
    return done.get();
  }
  [[nodiscard]] std::string to() const { return "127.0.0.1:" + std::to_string(number()); }
};

class Caller {
 public:
  explicit Caller(const char* from, std::uint16_t port = 0) : socket_{socket(AF_INET, SOCK_DGRAM, 0)} {
    sockaddr_in own{};
    own.sin_family = AF_INET, own.sin_port = htons(port);
    inet_pton(AF_INET, from, &own.sin_addr);
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
  }
  ~Caller() { close(socket_); }
  Caller(const Caller&) = delete;

  void send(std::uint16_t port, const Octets& bytes) {
    sockaddr_in to{};
    to.sin_family = AF_INET, to.sin_port = htons(port), to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
  }
  /// Whether anything ever came back.
  bool answered() {
    char byte = 0;
    return recv(socket_, &byte, 1, MSG_DONTWAIT) >= 0;
  }

 private:
  int socket_;
};

Octets trap(const char* name, std::uint8_t pdu, std::size_t padding = 0) {
  BerWriter writer;
  Octets out;
  writer.octets(std::string(padding, 'x'));
  writer.oid(*Oid::parse("1.3.6.1.4.1.318.2.3.3.0"));
  writer.wrap(tag::sequence, 0);
  const auto mark = writer.mark();
  writer.oid(*Oid::parse(name));
  writer.oid(*Oid::parse("1.3.6.1.6.3.1.1.4.1.0"));
  writer.wrap(tag::sequence, mark);
  writer.wrap(tag::sequence, 0);
  for (int i = 0; i < 3; ++i) writer.integer(0);
  writer.wrap(pdu, 0);
  writer.octets("public");
  writer.integer(1);
  writer.wrap(tag::sequence, 0);
  writer.take(out);
  return out;
}

}  // namespace

TEST_CASE("a v1 trap of the stock snmptrap is heard under its RFC 3584 name") {
  Desk desk;
  CHECK(desk.tool("snmptrap -v 1", "127.0.0.11",
                  desk.to() + " 1.3.6.1.4.1.318 127.0.0.11 6 269 '' 1.3.6.1.4.1.318.1.1.12.3.3.1.1.1.4 i 4") == 0);
  REQUIRE(desk.calls.size() == 1);
  CHECK(desk.calls[0].sources == std::vector<std::uint32_t>{0});
  CHECK(desk.calls[0].message.trap == "1.3.6.1.4.1.318.0.269");
  CHECK(desk.calls[0].message.says == TrapSays::outlet_off);
  CHECK(desk.calls[0].message.index == "4");
}

TEST_CASE("a v2c trap of the stock snmptrap is heard with its values") {
  Desk desk;
  CHECK(desk.tool("snmptrap -v 2c", "127.0.0.12", desk.to() + " '' 1.3.6.1.4.1.318.0.5 1.3.6.1.4.1.318.2.3.3.0 s 'on battery'") == 0);
  REQUIRE(desk.calls.size() == 1);
  CHECK(desk.calls[0].sources == std::vector<std::uint32_t>{1});
  CHECK(desk.calls[0].message.says == TrapSays::on_battery);
  REQUIRE(desk.calls[0].message.varbinds.size() == 1);
  CHECK(desk.calls[0].message.varbinds[0].second == "on battery");
}

TEST_CASE("the stock snmpinform of a known device is acknowledged, of anybody else never answered") {
  Desk desk;
  CHECK(desk.tool("snmpinform -v 2c", "127.0.0.11", desk.to() + " '' 1.3.6.1.4.1.318.0.5") == 0);
  CHECK(desk.calls.size() == 1);
  CHECK(desk.port.counters().acknowledged == 1);
  CHECK(desk.tool("snmpinform -v 2c", "127.0.0.99", desk.to() + " '' 1.3.6.1.4.1.318.0.5") != 0);
  CHECK(desk.calls.size() == 1);
  CHECK(desk.port.counters().acknowledged == 1);
  CHECK(desk.port.counters().unknown_source >= 1);
}

TEST_CASE("an address that several agents share is told as several, unless the datagram comes from an agent's own port") {
  Desk desk;
  CHECK(desk.tool("snmptrap -v 2c", "127.0.0.13", desk.to() + " '' 1.3.6.1.4.1.318.0.5") == 0);
  Caller{"127.0.0.13", agent_port}.send(desk.number(), trap("1.3.6.1.4.1.318.0.5", tag::trap_v2));
  REQUIRE(test::run_until(desk.io, [&] { return desk.calls.size() == 2; }));
  CHECK(desk.calls[0].sources == std::vector<std::uint32_t>{2, 3});
  CHECK(desk.calls[1].sources == std::vector<std::uint32_t>{3});
}

TEST_CASE("garbage, other versions and cut datagrams are counted and answered by nothing") {
  Desk desk;
  Caller known{"127.0.0.11"}, stranger{"127.0.0.77"};
  const auto inform = trap("1.3.6.1.4.1.318.0.5", tag::inform);
  for (std::size_t size = 0; size < inform.size(); ++size)
    known.send(desk.number(), Octets{inform.begin(), inform.begin() + static_cast<std::ptrdiff_t>(size)});
  auto v3 = inform;
  v3[v3.size() > 129 ? 5 : 4] = 3;
  known.send(desk.number(), v3);
  known.send(desk.number(), Octets(65'000, 0x30));
  stranger.send(desk.number(), inform);
  const auto sent = inform.size() + 3;
  REQUIRE(test::run_until(desk.io, [&] { return desk.port.counters().received == sent; }));
  CHECK(desk.port.counters().malformed == inform.size() + 1);
  CHECK(desk.port.counters().unsupported == 1);
  CHECK(desk.port.counters().unknown_source == 1);
  CHECK(desk.calls.empty());
  CHECK(!known.answered());
  CHECK(!stranger.answered());
}

TEST_CASE("a storm leaves the loop its turns, is counted whole, and does not hide the loss that it announces") {
  Desk desk;
  constexpr unsigned most = 20'000, a_tick = 100;  // 100 each 10 ms: 10,000 a second
  Caller caller{"127.0.0.11"};
  const auto noise = trap("1.3.6.1.4.1.318.0.999", tag::trap_v2, 100), loss = trap("1.3.6.1.4.1.318.0.5", tag::trap_v2, 100);
  unsigned sent = 0;
  boost::asio::steady_timer timer{desk.io};
  std::function<void()> tick = [&] {
    for (unsigned i = 0; i < a_tick; ++i, ++sent) caller.send(desk.number(), sent == most / 2 ? loss : noise);
    if (sent >= most) return;
    timer.expires_at(timer.expiry() + 10ms);
    timer.async_wait([&](const boost::system::error_code& error) {
      if (!error) tick();
    });
  };
  timer.expires_after(0ms);
  tick();
  const bool whole =
      test::run_until(desk.io, [&] { return sent >= most && desk.port.counters().received + desk.port.counters().kernel >= most; });
  CHECK(whole);
  const auto losses =
      std::count_if(desk.calls.begin(), desk.calls.end(), [](const Called& c) { return c.message.says == TrapSays::on_battery; });
  CHECK(losses == 1);
  CHECK(desk.calls.size() < 300);
  CHECK(desk.port.counters().limited + desk.calls.size() == desk.port.counters().received);
}

TEST_CASE("what the kernel drops before it could be fetched is counted") {
  Desk desk;
  Caller caller{"127.0.0.11"};
  const auto datagram = trap("1.3.6.1.4.1.318.0.999", tag::trap_v2, 1000);
  std::uint64_t sent = 0;
  for (; sent < 40'000; ++sent) caller.send(desk.number(), datagram);
  REQUIRE(test::run_until(desk.io, [&] {  // what follows a gap tells how long it was
    caller.send(desk.number(), datagram), ++sent;
    return desk.port.counters().received + desk.port.counters().kernel + 2 >= sent;
  }));
  CHECK(desk.port.counters().kernel > 0);
}

TEST_CASE("a rehearsal fetches what has come, and tells nobody of the trap that nobody sent") {
  Desk desk;
  Caller{"127.0.0.11"}.send(desk.number(), trap("1.3.6.1.4.1.318.0.5", tag::trap_v2));
  const auto made_up = desk.port.rehearse();
  REQUIRE(made_up.size() == 1);
  CHECK(made_up[0].message.trap == "1.3.6.1.6.3.1.1.5.3");
  REQUIRE(desk.calls.size() == 1);
  CHECK(desk.calls[0].message.says == TrapSays::on_battery);
  CHECK(desk.port.counters().received == 1);
}

TEST_CASE("an address that is none, or is taken, is a failure and no port") {
  CHECK(!TrapSocket::listen("nonsense"));
  CHECK(!TrapSocket::listen("127.0.0.1:99999"));
  const auto first = TrapSocket::listen("127.0.0.1:0");
  REQUIRE(first);
  CHECK(!TrapSocket::listen(first->endpoint()));
  CHECK(TrapSocket::listen("[::1]:0")->endpoint().starts_with("[::1]:"));
}

TEST_CASE("a socket that was passed by LISTEN_FDS is taken, one of another program or kind is not") {
  const auto outer = TrapSocket::listen("127.0.0.1:0");
  REQUIRE(outer);
  const int saved = dup(3);
  REQUIRE(dup2(outer->descriptor(), 3) == 3);
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", "1", 1);
  CHECK(!TrapSocket::passed());
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  {
    const auto passed = TrapSocket::passed();
    REQUIRE(passed);
    CHECK(passed->endpoint() == outer->endpoint());
  }
  const int tcp = socket(AF_INET, SOCK_STREAM, 0);
  dup2(tcp, 3);
  close(tcp);
  CHECK(!TrapSocket::passed());
  unsetenv("LISTEN_FDS"), unsetenv("LISTEN_PID");
  saved >= 0 ? (void)dup2(saved, 3) : (void)close(3);
  if (saved >= 0) close(saved);
}
