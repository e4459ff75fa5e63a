#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "catch.hpp"
#include "drivers/snmp/v3/session.hpp"
#include "ground/clock/clock.hpp"
#include "unit/drivers/snmp/v3/letter.hpp"
#include "wire/drivers/snmp/agent.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::tests;
using namespace std::chrono_literals;
using ground::FailureKind;
namespace asio = boost::asio;

namespace {

const char* const unknown_engine = "1.3.6.1.6.3.15.1.1.4.0";
const char* const described = "1.3.6.1.2.1.1.1.0";
constexpr std::uint8_t report = 0xA8;

/// An agent without authentication that a test makes lie: it hears questions, already opened, and has what it answers put into letters.
class Liar final : private snmp::LateTaker {
 public:
  using Answers = std::function<std::vector<Letter>(const v3::Message&)>;
  explicit Liar(Answers answers) : answers_{std::move(answers)} {}

  ground::Result<snmp::Reply> ask(ground::Duration within = 300ms) { return test::run(loop_, question(within)); }
  [[nodiscard]] const v3::Counters& counters() const { return client_.counters(); }
  [[nodiscard]] const std::vector<Octets>& heard() const { return heard_; }
  [[nodiscard]] const v3::Engine& engine() const { return session_.engine(); }
  [[nodiscard]] const std::vector<snmp::Reply>& late() const { return late_; }
  /// Answers from another port from now on.
  void hide() { mouth_ = &other_; }

 private:
  void take_late(std::uint64_t, std::size_t, snmp::Reply reply) override { late_.push_back(std::move(reply)); }
  asio::awaitable<ground::Result<snmp::Reply>> question(ground::Duration within) {
    const std::vector<snmp::Oid> names{*snmp::Oid::parse(described)};
    const snmp::Inquiry inquiry{
        .version = snmp::Version::v3, .names = names, .deadline = ground::clock::now() + within, .late = {.taker = this}};
    auto reply = co_await session_.ask(inquiry);
    co_return reply;
  }
  void hear(const Octets& datagram, const Puppet::Endpoint& from) {
    heard_.push_back(datagram);
    const auto message = v3::open_message(datagram);
    REQUIRE(message);
    for (const Letter& letter : answers_(*message)) mouth_->send(letter.bytes(), from);
  }
  static v3::SharedCredential nobody() {
    auto out = std::make_shared<v3::Credential>();
    out->user = "op";
    return out;
  }

  Answers answers_;
  std::vector<Octets> heard_;
  std::vector<snmp::Reply> late_;
  asio::io_context loop_{1};
  Puppet puppet_{loop_, [this](const Octets& datagram, const Puppet::Endpoint& from) { hear(datagram, from); }};
  Puppet other_{loop_, [](const Octets&, const Puppet::Endpoint&) {}};
  Puppet* mouth_ = &puppet_;
  v3::Client client_{loop_, 40};
  v3::Session session_{client_, {.address = puppet_.address(), .credential = nobody()}};
};

bool discovers(const v3::Message& question) { return question.engine_id.empty(); }
Letter found(const v3::Message& question) { return {.id = question.id, .user = "", .pdu = report, .name = unknown_engine}; }
Letter answer(const v3::Message& question) { return {.id = question.id, .name = described}; }

/// Discovered as it should be, then `lie` in front of the answer.
Liar liar(const std::function<Letter(const v3::Message&)>& lie) {
  return Liar{[lie](const v3::Message& question) -> std::vector<Letter> {
    if (discovers(question)) return {found(question)};
    return {lie(question), answer(question)};
  }};
}

}  // namespace

TEST_CASE("what answers for another question, user, engine or context is counted, dropped and waited past") {
  const auto lie = GENERATE(
      +[](const v3::Message& q) { return Letter{.id = q.id, .user = "other", .name = described}; },
      +[](const v3::Message& q) { return Letter{.id = q.id, .engine = "another", .name = described}; },
      +[](const v3::Message& q) { return Letter{.id = q.id, .name = described, .context = "other"}; },
      +[](const v3::Message& q) { return Letter{.id = q.id, .pdu = 0xA7, .name = described}; },
      +[](const v3::Message& q) { return Letter{.id = q.id, .flags = "\x01", .code = "twelve bytes", .name = described}; });
  auto agent = liar(lie);
  REQUIRE(agent.ask(10s));
  CHECK(agent.counters().foreign == 1);
  CHECK(agent.counters().garbage == 0);
}

TEST_CASE("a message of an id that nobody waits for, and one that is none, are counted and dropped") {
  auto stray = liar([](const v3::Message& q) { return Letter{.id = q.id + 100, .name = described}; });
  REQUIRE(stray.ask(10s));
  CHECK(stray.counters().stray == 1);
  auto garbage = liar([](const v3::Message& q) { return Letter{.id = q.id, .name = described, .tail = "x"}; });
  REQUIRE(garbage.ask(10s));
  CHECK(garbage.counters().garbage == 1);
}

TEST_CASE("an answer from another address is none") {
  Liar agent{[](const v3::Message& q) -> std::vector<Letter> { return {discovers(q) ? found(q) : answer(q)}; }};
  REQUIRE(agent.ask(10s));
  agent.hide();
  const auto reply = agent.ask();
  REQUIRE(!reply);
  CHECK(reply.error().kind == FailureKind::timeout);
  CHECK(agent.counters().wrong_source == 1);
}

TEST_CASE("an engine id of another length than 5 to 32 bytes is not believed") {
  const std::size_t bytes = GENERATE(0, 4, 5, 32);
  Liar agent{[bytes](const v3::Message& q) -> std::vector<Letter> {
    Letter letter = discovers(q) ? found(q) : answer(q);
    letter.engine = std::string(bytes, 'e');
    return {letter};
  }};
  const bool right = bytes >= 5;
  CHECK(agent.ask(right ? ground::Duration{10s} : ground::Duration{200ms}).has_value() == right);
  CHECK(agent.engine().id.size() == (right ? bytes : 0));
}

TEST_CASE("an agent that answers everything with reports is asked a bounded number of times") {
  const std::string stat = GENERATE("2", "4");
  Liar agent{[stat](const v3::Message& q) -> std::vector<Letter> {
    return {{.id = q.id, .pdu = report, .name = "1.3.6.1.6.3.15.1.1." + stat + ".0"}};
  }};
  const auto reply = agent.ask(10s);
  REQUIRE(!reply);
  CHECK(reply.error().kind == FailureKind::refused);
  CHECK(agent.heard().size() <= 8);
}

TEST_CASE("after silence the engine is looked for anew") {
  bool deaf = false;
  Liar agent{[&](const v3::Message& q) -> std::vector<Letter> {
    if (discovers(q)) return {found(q)};
    return deaf ? std::vector<Letter>{} : std::vector<Letter>{answer(q)};
  }};
  REQUIRE(agent.ask(10s));
  deaf = true;
  CHECK(agent.ask(100ms).error().what == "no answer");
  CHECK(agent.engine().known());
  CHECK(!agent.ask(100ms));
  CHECK(!agent.engine().known());
  deaf = false;
  REQUIRE(agent.ask(10s));
  CHECK(agent.counters().discoveries == 2);
}

TEST_CASE("an answer that comes late is told with its own time, once, while the next question is under way") {
  bool misses = false;
  std::optional<v3::Message> missed;
  Liar agent{[&](const v3::Message& q) -> std::vector<Letter> {
    if (discovers(q)) return {found(q)};
    if (!misses) return {answer(q)};
    if (!missed) return missed = q, std::vector<Letter>{};
    return {answer(*missed), answer(*missed), answer(q)};
  }};
  REQUIRE(agent.ask(10s));  // its keys are made, which takes its time
  misses = true;
  const auto before = ground::clock::now();
  CHECK(!agent.ask(100ms));
  const auto given_up = ground::clock::now();
  CHECK(agent.late().empty());
  REQUIRE(agent.ask(10s));
  REQUIRE(agent.late().size() == 1);
  CHECK(agent.late()[0].asked >= before);
  CHECK(agent.late()[0].asked < given_up);
  CHECK(agent.late()[0].asked + agent.late()[0].round_trip >= given_up);
  CHECK(agent.late()[0].response.varbinds.size() == 1);
  CHECK(agent.counters().late == 1);
  CHECK(agent.counters().stray == 1);
}

TEST_CASE("nothing but questions leaves") {
  Liar agent{[](const v3::Message& q) -> std::vector<Letter> { return {discovers(q) ? found(q) : answer(q)}; }};
  for (int i = 0; i < 5; ++i) REQUIRE(agent.ask(10s));
  REQUIRE(agent.heard().size() == 6);
  for (const Octets& datagram : agent.heard()) {
    CHECK(v3::may_leave(datagram));
    const auto message = v3::open_message(datagram);
    const auto scoped = v3::open_scoped(message->payload, v3::Padding::refused);
    REQUIRE(scoped);
    CHECK(scoped->pdu.tag == snmp::tag::get);
  }
}
