#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include "catch.hpp"
#include "drivers/modbus/connection.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/modbus/recording.hpp"
#include "drivers/profile/library.hpp"
#include "ground/clock/clock.hpp"
#include "peers.hpp"

// How a unit is identified without being told which: by its registers, its chain of models, its device identification.
using namespace holdup;
using namespace holdup::modbus;
using namespace holdup::modbus::test;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

namespace asio = boost::asio;

profile::Library library(const std::vector<std::string>& texts) {
  std::vector<profile::File> files;
  for (const std::string& text : texts) files.push_back({"p" + std::to_string(files.size()), "protocol: modbus\n" + text});
  ground::Problems problems;
  auto loaded = profile::Library::load(files, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  return loaded;
}

std::vector<const profile::Profile*> all_of(const profile::Library& profiles) {
  std::vector<const profile::Profile*> out;
  for (const auto& profile : profiles.all()) out.push_back(&profile);
  return out;
}

enum class Unknown { refused, hung_up };  // what comes of a function that the device does not know

/// A device of one register, 9, that says what it is by function 0x2B in two pieces, where `objects` is set.
struct SelfDescribing {
  Tcp::acceptor acceptor;
  bool describes;
  Unknown unknown;
  int asked = 0;  // by 0x2B

  SelfDescribing(asio::io_context& io, bool tells, Unknown otherwise = Unknown::refused)
      : acceptor{io, {asio::ip::address_v4::loopback(), 0}}, describes{tells}, unknown{otherwise} {
    asio::co_spawn(io, serve(), [](std::exception_ptr) {});
  }

  [[nodiscard]] std::string pdu(const std::string& request) {
    if (request[0] == 3) return request == std::string{"\3\0\x09\0\1", 5} ? std::string{"\3\2\0\7", 4} : std::string{"\x83\2", 2};
    ++asked;
    if (!describes) return unknown == Unknown::hung_up ? "" : std::string{"\xAB\1", 2};
    if (request[3] == 0) return std::string{"\x2B\x0E\1\1\xFF\1\1\0\4ACME", 13};
    return std::string{
        "\x2B\x0E\1\1\0\0\2\1\3X-1\2\3"
        "2.0",
        17};
  }
  asio::awaitable<void> serve() {
    for (;;) {
      Tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      co_await converse(socket);
    }
  }
  asio::awaitable<void> converse(Tcp::socket& socket) {
    try {
      for (;;) {
        std::string head(7, '\0');
        const auto into_head = asio::buffer(head);
        co_await asio::async_read(socket, into_head, asio::use_awaitable);
        std::string request(static_cast<std::size_t>(head[5]) - 1, '\0');
        const auto into_request = asio::buffer(request);
        co_await asio::async_read(socket, into_request, asio::use_awaitable);
        const std::string told = pdu(request);
        if (told.empty()) co_return socket.close();
        head[5] = static_cast<char>(told.size() + 1);
        const std::string frame = head + told;
        const auto out = asio::buffer(frame);
        co_await asio::async_write(socket, out, asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      co_return;  // the other side is done
    }
  }
};

ground::Result<drivers::Identified> identified(asio::io_context& io, SelfDescribing& peer, const profile::Library& profiles) {
  modbus::Device device{std::make_shared<Connection>(io.get_executor(), peer.acceptor.local_endpoint()), 1, all_of(profiles)};
  return run(io, device.identify(ground::clock::now() + 10s));
}

const std::string by_identification =
    "profile: acme\nidentify:\n  - registers: [{identification: vendor, contains: ACME}]\n"
    "identity: {vendor: {identification: vendor}, model: {identification: product_code}, firmware: {identification: revision}}\n"
    "registers:\n  - {address: 9, metric: rack_quantity}\n";

/// Registers that are asked in memory, with a count of the questions.
class Counted final : public Asker {
 public:
  explicit Counted(std::map<std::uint16_t, std::uint16_t> registers) : asker_{Recording{.registers = std::move(registers)}} {}
  asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) override {
    ++questions;
    if (lost && *lost == question.address) {
      lost.reset();
      co_return ground::Failure{ground::FailureKind::timeout, "no answer"};
    }
    co_return co_await asker_.ask(question, deadline);
  }
  int questions = 0;
  std::optional<std::uint16_t> lost{};  // the first answer from there

 private:
  RecordedAsker asker_;
};

struct Bench {
  asio::io_context io;
  profile::Library profiles;
  std::shared_ptr<Counted> asker;
  modbus::Device device;
  drivers::Identified identified;
  std::vector<reading::Reading> readings;

  Bench(std::map<std::uint16_t, std::uint16_t> registers, const std::vector<std::string>& texts, Spares spares = Spares::dropped)
      : profiles{library(texts)},
        asker{std::make_shared<Counted>(std::move(registers))},
        device{asker, 1, all_of(profiles), modbus::Device::Settings{.spares = spares}} {
    auto told = run(io, device.identify(ground::clock::now() + 10s));
    REQUIRE(told.has_value());
    identified = *told;
    std::vector<std::uint32_t> points(identified.points.size());
    std::iota(points.begin(), points.end(), 0u);
    const drivers::ReadRequest request{.points = points, .deadline = ground::clock::now() + 10s};
    asker->questions = 0;
    auto read = run(io, device.read(request));
    REQUIRE(read.has_value());
    readings = *read;
  }
};

const std::string sunspec =
    "profile: chain\nsunspec: [40000, 50000, 0]\nsentinels: [type]\nidentity: {model: {model: 1, at: 18, count: 2}}\nmodels:\n"
    "  - model: 203\n    points:\n      - {at: 2, type: s16, exponent: 6, metric: rack_current_amperes}\n"
    "      - {at: 3, type: s16, exponent: 5, metric: rack_current_amperes, name: unscaled}\n";

std::map<std::uint16_t, std::uint16_t> chain_at(std::uint16_t base) {
  std::map<std::uint16_t, std::uint16_t> registers;
  const auto put = [&](int offset, int value) { registers[static_cast<std::uint16_t>(base + offset)] = static_cast<std::uint16_t>(value); };
  for (int i = 0; i < 100; ++i) put(i, 0);
  put(0, 0x5375), put(1, 0x6E53), put(2, 1), put(3, 66), put(20, 0x4D45), put(21, 0x5445);
  put(70, 203), put(71, 6), put(72, 1234), put(73, 5), put(75, 0x8000), put(76, -2), put(78, 0xFFFF);
  return registers;
}

}  // namespace

TEST_CASE("a device whose registers say nothing is known by its device identification") {
  asio::io_context io;
  SelfDescribing peer{io, true};
  const auto profiles =
      library({"profile: other\nidentify:\n  - registers: [{register: 9, is: 8}]\nregisters:\n  - {address: 9, metric: rack_quantity}\n",
               by_identification});
  const auto told = identified(io, peer, profiles);
  REQUIRE(told.has_value());
  CHECK(told->identity.profile == "acme");
  CHECK(told->identity.vendor == "ACME");
  CHECK(told->identity.model == "X-1");
  CHECK(told->identity.firmware == "2.0");
  CHECK(peer.asked == 2);  // in two pieces, once
}

TEST_CASE("a device that its registers identify is not asked for its identification") {
  asio::io_context io;
  SelfDescribing peer{io, true};
  const auto profiles =
      library({by_identification,
               "profile: seven\nidentify:\n  - registers: [{register: 9, is: 7}]\nregisters:\n  - {address: 9, metric: rack_quantity}\n"});
  const auto told = identified(io, peer, profiles);
  REQUIRE(told.has_value());
  CHECK(told->identity.profile == "seven");
  CHECK(peer.asked == 0);
}

TEST_CASE("a device that no profile fits is left with what it calls itself") {
  asio::io_context io;
  SelfDescribing peer{io, true};
  const auto told = identified(io, peer, library({"profile: a\nidentify:\n  - registers: [{register: 9, is: 8}]\n", "profile: b\n"}));
  REQUIRE(told.has_error());
  CHECK(told.error().kind == ground::FailureKind::unsupported);
  CHECK(told.error().what.ends_with("it calls itself ACME, X-1, 2.0"));
}

TEST_CASE("a device that refuses or hangs up at an identification is merely unknown") {
  const auto manner = GENERATE(Unknown::refused, Unknown::hung_up);
  asio::io_context io;
  SelfDescribing peer{io, false, manner};
  const auto told = identified(io, peer, library({"profile: a\nidentify:\n  - registers: [{register: 9, is: 8}]\n", by_identification}));
  REQUIRE(told.has_error());
  CHECK(told.error().kind == ground::FailureKind::unsupported);
}

TEST_CASE("a chain of models is found wherever it may begin, and read with its scales in one piece") {
  const auto base = GENERATE(as<std::uint16_t>{}, 40000, 50000, 0);
  Bench bench{chain_at(base), {sunspec, "profile: other\n"}};
  CHECK(bench.identified.identity.profile == "chain");
  CHECK(bench.identified.identity.model == "METE");
  REQUIRE(bench.readings.size() == 2);
  CHECK(bench.readings[0].value == 12.34);
  CHECK(bench.readings[0].quality == Quality::good);
  CHECK(bench.readings[1].quality == Quality::absent);  // its scale says 0x8000
  CHECK(bench.identified.points[0].source == "3:" + std::to_string(base + 72));
  CHECK(bench.asker->questions == 1);
}

TEST_CASE("a register whose condition does not hold has no point") {
  const std::string text =
      "profile: p\nregisters:\n  - {address: 0, repeat: 2, step: 1, first: 0, where: [{register: 10, is: [7]}], metric: "
      "rack_current_amperes, index: \"{n}\"}\n"
      "  - {address: 0, repeat: 2, step: 1, first: 0, where: [{register: 10, is: [8]}], metric: rack_voltage_volts, index: \"{n}\"}\n"
      "  - {address: 0, where: [{register: 99, is: [8]}], metric: rack_quantity}\n";
  Bench bench{{{0, 5}, {1, 6}, {10, 7}, {11, 8}}, {text}};
  REQUIRE(bench.identified.points.size() == 2);
  CHECK(bench.identified.points[0].metric == "rack_current_amperes");
  CHECK(bench.identified.points[1].metric == "rack_voltage_volts");
  CHECK(bench.readings[1].value == 6);
}

TEST_CASE("an answer that is lost while a unit tells what it has costs none of it") {
  asio::io_context io;
  const auto asker = std::make_shared<Counted>(chain_at(40000));
  const auto profiles = library({sunspec});
  modbus::Device device{asker, 1, all_of(profiles)};
  asker->lost = 40070;
  const auto told = run(io, device.identify(ground::clock::now() + 10s));
  REQUIRE(told.has_value());
  CHECK_FALSE(asker->lost.has_value());
  CHECK(told->points.size() == 2);
}

TEST_CASE("of two registers that tell one series the one that holds a reading stands") {
  const std::string text =
      "profile: p\nregisters:\n  - {address: 0, sentinels: [65535], metric: rack_power_watts}\n  - {address: 1, metric: rack_power_watts}\n"
      "  - {address: 2, metric: rack_voltage_volts}\n";
  Bench bench{{{0, 65535}, {1, 42}, {2, 230}}, {text}};
  REQUIRE(bench.readings.size() == 2);
  CHECK(bench.readings[0].value == 42);
  Bench kept{{{0, 65535}, {1, 42}, {2, 230}}, {text}, Spares::kept};
  REQUIRE(kept.identified.points.size() == 3);
  CHECK(kept.identified.points[0].spare);
  CHECK_FALSE(kept.identified.points[1].spare);
}
