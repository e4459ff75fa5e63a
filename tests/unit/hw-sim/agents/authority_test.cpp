#include "hw-sim/agents/authority.hpp"

#include <random>
#include <string>

#include "catch.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/snmp_agent.hpp"
#include "hw-sim/agents/snmprec.hpp"
#include "hw-sim/agents/v3_client.hpp"

using namespace hwsim::agents;
using Heard = V3Client::Heard;

namespace {

V3User user(std::string name, Auth auth = Auth::none, Priv priv = Priv::none) {
  return {.name = std::move(name), .auth = auth, .auth_passphrase = "authpass1", .priv = priv, .priv_passphrase = "privpass1"};
}

// An agent that knows some users, without a network.
struct Bench {
  RecordedTable table{parse_snmprec("1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n").objects};
  SnmpAgent agent;
  Moment moment{.engine_seconds = 1000};

  explicit Bench(const std::vector<V3User>& users, const std::string& name = "pdu-a")
      : agent{{.objects = &table, .community = "public", .engine = engine_of(name), .users = keys(users), .boots = 7}} {}
  static std::vector<MasterKeys> keys(const std::vector<V3User>& users) {
    std::vector<MasterKeys> out;
    for (const auto& u : users) out.push_back(master_keys(u));
    return out;
  }
  std::string answer(const std::string& datagram) {
    auto out = agent.answer(datagram, moment);
    if (out) CHECK(out->bytes.size() <= SnmpAgent::longest_answer);
    return out ? out->bytes : std::string{};
  }
};

SnmpMessage get(Pdu pdu = Pdu::get) {
  SnmpMessage out{.version = Version::v3, .pdu = pdu, .request_id = 4711};
  out.varbinds.push_back({*parse_oid("1.3.6.1.2.1.1.1.0"), ber::empty(ber::Tag::null)});
  return out;
}

V3Client::Word exchange(Bench& bench, V3Client& client, const SnmpMessage& pdu) {
  for (int tries = 0; tries < 5; ++tries) {
    auto word = client.hear(bench.answer(client.ask(pdu)));
    if (word.heard != Heard::ask_again) return word;
  }
  return {};
}

}  // namespace

TEST_CASE("a user of every pair of protocols is discovered, admitted and answered at its level") {
  const auto auth = GENERATE(Auth::none, Auth::md5, Auth::sha1, Auth::sha224, Auth::sha256, Auth::sha384, Auth::sha512);
  const auto priv = GENERATE(Priv::none, Priv::des, Priv::aes128, Priv::aes192, Priv::aes256, Priv::aes192c, Priv::aes256c);
  if (auth == Auth::none && priv != Priv::none) return;
  const auto ops = user("ops", auth, priv);
  Bench bench{{user("other"), ops}};
  V3Client client{master_keys(ops)};
  const auto word = exchange(bench, client, get());
  REQUIRE(word.heard == Heard::answered);
  CHECK(word.answer.request_id == 4711);
  CHECK(word.answer.varbinds.at(0).value == ber::octets(ber::Tag::octets, "a device"));
}

TEST_CASE("strangers, wrong passphrases and levels are told what RFC 3414 says") {
  const auto ops = user("ops", Auth::sha256, Priv::aes128);
  Bench bench{{ops}};
  auto wrong = ops;
  const std::string why =
      GENERATE("it knows no such user", "wrong authentication passphrase or protocol", "wrong privacy passphrase or protocol");
  if (why.ends_with("user")) wrong.name = "nobody";
  if (why.find("authentication") != std::string::npos) wrong.auth_passphrase = "authpass2";
  if (why.find("privacy") != std::string::npos) wrong.priv_passphrase = "privpass2";
  V3Client client{master_keys(wrong)};
  const auto word = exchange(bench, client, get());
  CHECK(word.heard == Heard::refused);
  CHECK(word.why == why);
}

TEST_CASE("a wrong privacy passphrase is told whatever the noise that it decrypts to") {
  const auto ops = user("ops", Auth::sha256, Priv::aes128);
  Bench bench{{ops}};
  auto wrong = ops;
  wrong.priv_passphrase = "privpass2";
  const auto keys = master_keys(wrong);
  for (int noise = 0; noise < 2000; ++noise) {
    V3Client client{keys};
    REQUIRE(exchange(bench, client, get()).why == "wrong privacy passphrase or protocol");
  }
}

TEST_CASE("a level beyond the user's is unsupported, one below it is not authorized") {
  Bench bench{{user("plain", Auth::sha1), user("ops", Auth::sha1, Priv::aes128)}};
  V3Client beyond{master_keys(user("plain", Auth::sha1, Priv::aes128))};
  CHECK(exchange(bench, beyond, get()).why == "it does not take this user at this security level");
  V3Client below{master_keys(user("ops", Auth::sha1))};
  const auto word = exchange(bench, below, get());
  REQUIRE(word.heard == Heard::answered);
  CHECK(word.answer.status == static_cast<int>(ErrorStatus::authorization_error));
}

TEST_CASE("an agent that restarted is out of the client's time window until it has told its new one") {
  const auto ops = user("ops", Auth::sha1, Priv::aes128);
  Bench bench{{ops}};
  V3Client client{master_keys(ops)};
  REQUIRE(exchange(bench, client, get()).heard == Heard::answered);
  bench.moment.restarts = 1;
  bench.moment.engine_seconds = 0;
  CHECK(client.hear(bench.answer(client.ask(get()))).heard == Heard::ask_again);
  CHECK(exchange(bench, client, get()).heard == Heard::answered);
  bench.moment.engine_seconds = 400;  // its clock ran away
  CHECK(client.hear(bench.answer(client.ask(get()))).heard == Heard::ask_again);
  CHECK(exchange(bench, client, get()).heard == Heard::answered);
}

TEST_CASE("SET is refused and counted over SNMPv3 too, admitted or not") {
  const auto ops = user("ops", Auth::sha1, Priv::aes128);
  Bench bench{{user("plain"), ops}};
  V3Client client{master_keys(ops)};
  const auto word = exchange(bench, client, get(Pdu::set));
  CHECK(word.answer.status == static_cast<int>(ErrorStatus::not_writable));
  CHECK(bench.agent.writes() == 1);
  V3Client stranger{master_keys(user("nobody"))};
  CHECK(exchange(bench, stranger, get(Pdu::set)).heard == Heard::refused);
  CHECK(bench.agent.writes() == 2);
}

TEST_CASE("each agent has an engine of its own, the same one every time") {
  CHECK(engine_of("pdu-a") == engine_of("pdu-a"));
  CHECK(engine_of("pdu-a") != engine_of("pdu-b"));
  const auto ops = user("ops", Auth::sha1, Priv::aes128);
  Bench a{{ops}, "pdu-a"};
  Bench b{{ops}, "pdu-b"};
  V3Client client{master_keys(ops)};
  REQUIRE(exchange(a, client, get()).heard == Heard::answered);
  CHECK(client.hear(b.answer(client.ask(get()))).heard == Heard::ask_again);  // what one engine knows means nothing to the other
  CHECK(exchange(b, client, get()).heard == Heard::answered);
}

TEST_CASE("a mac of any length but its own is wrong") {
  const auto ops = user("ops", Auth::sha256);
  Bench bench{{ops}};
  const auto keys = localized(master_keys(ops), engine_of("pdu-a"));
  V3Envelope envelope{.id = 1,
                      .level = Level::auth,
                      .reportable = true,
                      .engine = engine_of("pdu-a"),
                      .time = {.boots = 7, .seconds = 1000},
                      .user = "ops"};
  const auto good = encode_v3(envelope, {.engine = engine_of("pdu-a"), .context = {}, .pdu = get()}, &keys);
  REQUIRE(decode_v3(bench.answer(good))->level == Level::auth);
  const auto cut = decode_v3(good);
  REQUIRE(cut);
  for (const std::size_t length : {0U, 1U, 12U, 23U, 25U, 48U}) {
    // The same message with a mac field of another length, its lengths right again: RFC 3414 2.4 by hand.
    const auto octets = [](std::string_view text) { return ber::octets(ber::Tag::octets, text); };
    auto mac = cut->mac;
    mac.resize(length, '\0');
    const auto security =
        ber::constructed(0x30, octets(envelope.engine) + ber::integer(7) + ber::integer(1000) + octets("ops") + octets(mac) + octets(""));
    const auto global = ber::constructed(0x30, ber::integer(1) + ber::integer(65507) + octets("\x05") + ber::integer(3));
    const auto forged = ber::constructed(0x30, ber::integer(3) + global + octets(security) + cut->scoped);
    const auto reply = decode_v3(bench.answer(forged));
    REQUIRE(reply);
    CHECK(reply->level == Level::no_auth);
    CHECK(decode_scoped(reply->scoped)->pdu.varbinds.at(0).oid == *parse_oid("1.3.6.1.6.3.15.1.1.5.0"));
  }
}

TEST_CASE("another context is told so, and nothing is said to what wants no report") {
  const auto ops = user("ops", Auth::sha1);
  Bench bench{{ops}};
  const auto keys = localized(master_keys(ops), engine_of("pdu-a"));
  V3Envelope envelope{.id = 1,
                      .level = Level::auth,
                      .reportable = true,
                      .engine = engine_of("pdu-a"),
                      .time = {.boots = 7, .seconds = 1000},
                      .user = "ops"};
  const auto reply = decode_v3(bench.answer(encode_v3(envelope, {.engine = engine_of("pdu-a"), .context = "vlan", .pdu = get()}, &keys)));
  REQUIRE(reply);
  CHECK(decode_scoped(reply->scoped)->pdu.varbinds.at(0).oid == *parse_oid("1.3.6.1.6.3.12.1.5.0"));
  envelope.reportable = false;
  envelope.user = "nobody";
  CHECK(bench.answer(encode_v3(envelope, {.engine = engine_of("pdu-a"), .context = {}, .pdu = get()}, &keys)).empty());
}

TEST_CASE("no stranger's SNMPv3 datagram harms the agent") {
  const auto ops = user("ops", Auth::sha256, Priv::aes128);
  Bench bench{{ops}};
  V3Client client{master_keys(ops)};
  REQUIRE(exchange(bench, client, get()).heard == Heard::answered);
  V3Client fresh{master_keys(ops)};
  const std::string good[] = {client.ask(get()), fresh.ask(get())};
  std::mt19937 dice{11};  // NOLINT: the same row of numbers each run
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = good[static_cast<std::size_t>(round) % 2];
    for (auto changes = 1 + dice() % 4; changes > 0; --changes) bytes[dice() % bytes.size()] = static_cast<char>(dice());
    if (dice() % 4 == 0) bytes.resize(dice() % bytes.size());
    (void)bench.answer(bytes);
    (void)client.hear(bytes);
  }
}
