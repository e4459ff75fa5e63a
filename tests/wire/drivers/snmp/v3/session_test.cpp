#include "drivers/snmp/v3/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>

#include "catch.hpp"
#include "drivers/snmp/value.hpp"
#include "ground/clock/clock.hpp"
#include "wire/drivers/snmp/v3/snmpd.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::tests;
using namespace std::chrono_literals;
using ground::FailureKind;
using v3::Auth;
using v3::Priv;
namespace asio = boost::asio;

namespace {

using Answer = ground::Result<std::string>;

struct Who {
  const char* user;
  Auth auth = Auth::none;
  Priv priv = Priv::none;
  const char* auth_passphrase = "authpass1";
  const char* priv_passphrase = "privpass1";
};

v3::SharedCredential credential(const Who& who) {
  auto out = std::make_shared<v3::Credential>();
  out->user = who.user;
  out->auth = who.auth;
  out->priv = who.priv;
  if (who.auth != Auth::none) out->auth_key.passphrase = v3::Secret{std::string{who.auth_passphrase}};
  if (who.priv != Priv::none) out->priv_key.passphrase = v3::Secret{std::string{who.priv_passphrase}};
  return out;
}

const Who monitor{"sha256aes128", Auth::sha256, Priv::aes128};

asio::awaitable<Answer> ask_description(snmp::Asker& asker, ground::Duration within) {
  const std::vector<snmp::Oid> names{snmp::Oid{{1, 3, 6, 1, 2, 1, 1, 1, 0}}};
  const snmp::Inquiry inquiry{
      .version = snmp::Version::v3, .names = names, .deadline = ground::clock::now() + within, .resend_after = 200ms};
  auto reply = co_await asker.ask(inquiry);
  if (!reply) co_return reply.error();
  if (reply->response.varbinds.size() != 1) co_return ground::Failure{FailureKind::malformed, "not one value"};
  co_return snmp::decode_value(reply->response.varbinds.front().value).text;
}

/// The loop and its client.
struct Bench {
  Answer ask(v3::Session& session, ground::Duration within = 10s) { return test::run(loop, ask_description(session, within)); }
  Answer ask(const Snmpd& agent, const Who& who, ground::Duration within = 10s) {
    v3::Session session{client, {.address = agent.address(), .credential = credential(who)}};
    return ask(session, within);
  }

  asio::io_context loop{1};
  std::vector<std::string> said;
  v3::Client client{loop, 7, [this](const std::string& what) { said.push_back(what); }};
};

}  // namespace

TEST_CASE("an agent is asked with every protocol") {
  Snmpd agent{users};
  Bench bench;
  const std::vector<Who> all{{"plain"},
                             {"md5", Auth::md5},
                             {"sha1", Auth::sha1},
                             {"sha224", Auth::sha224},
                             {"sha256", Auth::sha256},
                             {"sha384", Auth::sha384},
                             {"sha512", Auth::sha512},
                             {"md5des", Auth::md5, Priv::des},
                             {"sha1aes128", Auth::sha1, Priv::aes128},
                             {"sha224aes192", Auth::sha224, Priv::aes192},
                             {"sha256aes128", Auth::sha256, Priv::aes128},
                             {"sha384aes256", Auth::sha384, Priv::aes256},
                             {"sha512aes256", Auth::sha512, Priv::aes256},
                             {"sha1aes256", Auth::sha1, Priv::aes256},
                             {"sha1aes192c", Auth::sha1, Priv::aes192_c},
                             {"sha1aes256c", Auth::sha1, Priv::aes256_c}};
  for (const Who& who : all) {
    INFO(who.user);
    const auto answer = bench.ask(agent, who);
    REQUIRE(answer);
    CHECK(*answer == "A v3 agent");
  }
  CHECK(bench.client.counters().shared_engines == 0);
  CHECK(bench.client.counters().garbage + bench.client.counters().foreign + bench.client.counters().wrong_digest == 0);
}

TEST_CASE("why an agent does not answer is told apart") {
  Snmpd agent{users};
  Bench bench;
  const auto why = [&](const Who& who, ground::Duration within = 10s) {
    const auto answer = bench.ask(agent, who, within);
    REQUIRE(!answer);
    return std::string{ground::name(answer.error().kind)} + ": " + answer.error().what;
  };
  CHECK(why({"stranger", Auth::sha256, Priv::aes128}) == "refused: the agent knows no SNMPv3 user 'stranger'");
  CHECK(why({"sha256aes128", Auth::sha256, Priv::aes128, "authpass2"}) ==
        "refused: the agent refuses the authentication of 'sha256aes128': another passphrase, or not SHA-256");
  CHECK(why({"sha256aes128", Auth::sha1, Priv::aes128}) ==
        "refused: the agent refuses the authentication of 'sha256aes128': another passphrase, or not SHA-1");
  CHECK(why({"sha256", Auth::sha256, Priv::aes128}) == "refused: the agent does not serve 'sha256' at authPriv");
  CHECK(why({"sha256aes128", Auth::sha256, Priv::aes128, "authpass1", "privpass2"}, 500ms) ==
        "timeout: its SNMPv3 engine answers, but not to 'sha256aes128': some agents meet a wrong privacy passphrase with silence");
  agent.end();
  CHECK(why({"sha256aes128", Auth::sha256, Priv::aes128}, 300ms) == "timeout: no answer");
}

TEST_CASE("a credential that several sessions share is derived once, and its passphrases are gone") {
  Snmpd agent{users};
  Bench bench;
  const auto shared = credential(monitor);
  v3::Session first{bench.client, {.address = agent.address(), .credential = shared}};
  v3::Session second{bench.client, {.address = agent.address(), .credential = shared}};
  REQUIRE(bench.ask(first));
  CHECK(shared->auth_key.passphrase.empty());
  CHECK(shared->priv_key.passphrase.empty());
  const auto* master = shared->auth_key.master.bytes().data();
  REQUIRE(bench.ask(second));
  CHECK(shared->auth_key.master.bytes().data() == master);
}

TEST_CASE("an agent that restarts is followed, whatever it remembers") {
  const std::string fixed = "exactEngineID 0x80001f88046c6f73\n";
  const bool same_engine = GENERATE(true, false);
  const auto memory = GENERATE(Snmpd::Memory::kept, Snmpd::Memory::lost);
  Snmpd agent{(same_engine ? fixed : "") + users};
  agent.restart(Snmpd::Memory::kept);
  agent.restart(Snmpd::Memory::kept);  // boots 3
  Bench bench;
  v3::Session session{bench.client, {.address = agent.address(), .credential = credential(monitor)}};
  REQUIRE(bench.ask(session));
  const auto before = session.engine();
  CHECK(before.proven);
  CHECK(before.boots == 3);
  agent.restart(memory);
  const auto answer = bench.ask(session);
  REQUIRE(answer);
  CHECK(*answer == "A v3 agent");
  CHECK(session.engine().proven);
  CHECK(session.engine().boots == (memory == Snmpd::Memory::kept ? 4 : 1));
  CHECK((session.engine().id == before.id) == (same_engine || memory == Snmpd::Memory::kept));
  CHECK(bench.client.counters().restarts == 1);
  REQUIRE(bench.said.size() == 1);
  CHECK(bench.said.front().starts_with("snmp_engine_restarted address=127.0.0.1 engine=80001f88"));
}

TEST_CASE("two agents of one engine id keep their own keys and clocks, and it is said") {
  const std::string engine = "exactEngineID 0x80001f88046c6f73\n";
  Snmpd first{engine + "createUser op SHA-256 authpass1 AES privpass1\nrouser op priv\n"};
  Snmpd second{engine + "createUser op SHA-256 otherpass1 AES otherpriv1\nrouser op priv\n"};
  second.restart(Snmpd::Memory::kept);
  Bench bench;
  v3::Session one{bench.client, {.address = first.address(), .credential = credential({"op", Auth::sha256, Priv::aes128})}};
  v3::Session two{bench.client,
                  {.address = second.address(), .credential = credential({"op", Auth::sha256, Priv::aes128, "otherpass1", "otherpriv1"})}};
  for (int round = 0; round < 3; ++round) {
    REQUIRE(bench.ask(one));
    REQUIRE(bench.ask(two));
  }
  CHECK(one.engine().id == two.engine().id);
  CHECK(one.engine().boots == 1);
  CHECK(two.engine().boots == 2);
  CHECK(bench.client.counters().restarts == 0);
  CHECK(bench.client.counters().shared_engines == 1);
  REQUIRE(bench.said.size() == 1);
  CHECK(bench.said.front().starts_with("snmp_engine_shared engine=80001f88046c6f73 first=127.0.0.1:"));
  CHECK(!bench.ask(first, {"op", Auth::sha256, Priv::aes128, "otherpass1", "otherpriv1"}));
}

TEST_CASE("hundreds of discoveries with dead ones among them do not hold the loop") {
  constexpr std::size_t count = 400;  // each fourth is dead
  Snmpd agent{users};
  Bench bench;
  asio::ip::udp::socket silent{bench.loop, {asio::ip::address_v4::loopback(), 0}};
  const auto shared = credential(monitor);
  std::deque<v3::Session> sessions;
  std::size_t answered = 0, timed_out = 0, ended = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool dead = i % 4 == 0;
    sessions.emplace_back(bench.client, v3::Session::Settings{.address = dead ? silent.local_endpoint() : agent.address(),
                                                              .credential = i % 8 == 1 ? credential(monitor) : shared});
    asio::co_spawn(bench.loop, ask_description(sessions.back(), dead ? ground::Duration{300ms} : ground::Duration{15s}),
                   [&](std::exception_ptr thrown, const Answer& answer) { ++(thrown || !answer ? timed_out : answered), ++ended; });
  }
  auto last = ground::clock::now();
  ground::Duration gap{};
  asio::steady_timer beat{bench.loop};
  const std::function<void()> tick = [&] {
    beat.expires_after(1ms);
    beat.async_wait([&](boost::system::error_code error) {
      const auto now = ground::clock::now();
      gap = std::max(gap, now - last);
      last = now;
      if (!error) tick();
    });
  };
  tick();
  CHECK(test::run_until(bench.loop, [&] { return ended == count; }));
  CHECK(answered == count - count / 4);
  CHECK(timed_out == count / 4);
  std::printf("largest gap of the loop: %.1f ms\n", std::chrono::duration<double, std::milli>(gap).count());
  CHECK(gap < 5s);
}
