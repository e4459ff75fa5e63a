#include "hw-sim/agents/snmp_agent.hpp"

#include <random>
#include <string>

#include "catch.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/snmprec.hpp"

using namespace hwsim::agents;

namespace {

constexpr const char* recording =
    "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.2.1.2.1.1|70|5\n1.3.6.1.2.1.2.1.2|66|6\n1.3.6.1.2.1.2.1.3|66|7\n";

SnmpMessage ask(Pdu pdu, std::vector<std::string> oids, Version version = Version::v2c) {
  SnmpMessage message{.version = version, .community = "public", .pdu = pdu, .request_id = 4711};
  for (const auto& oid : oids) message.varbinds.push_back({*parse_oid(oid), ber::empty(ber::Tag::null)});
  return message;
}

std::optional<std::string> bytes_of(SnmpAgent& agent, std::string_view datagram) {
  auto answer = agent.answer(datagram, Moment{});
  return answer ? std::optional{std::move(answer->bytes)} : std::nullopt;
}

SnmpMessage answer(SnmpAgent& agent, const SnmpMessage& request) {
  const auto bytes = bytes_of(agent, encode(request));
  REQUIRE(bytes);
  CHECK(bytes->size() <= SnmpAgent::longest_answer);
  auto message = decode(*bytes);
  REQUIRE(message);
  CHECK(message->pdu == Pdu::response);
  CHECK(message->request_id == request.request_id);
  CHECK(message->version == request.version);
  CHECK(message->community == request.community);
  return *std::move(message);
}

ber::Tag tag(const Varbind& varbind) { return ber::tag_of(varbind.value); }

}  // namespace

TEST_CASE("v2c GET gives values, and says which kind of nothing there is") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  const auto reply = answer(agent, ask(Pdu::get, {"1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.1.9", "1.3.6.1.4.1.1", "1.3.6.1.2.1.2.1.1"}));
  REQUIRE(reply.varbinds.size() == 4);
  CHECK(reply.status == 0);
  CHECK(reply.varbinds[0].value ==
        "\x04\x08"
        "a device");
  CHECK(tag(reply.varbinds[1]) == ber::Tag::no_such_instance);
  CHECK(tag(reply.varbinds[2]) == ber::Tag::no_such_object);
  CHECK(tag(reply.varbinds[3]) == ber::Tag::counter64);
}

TEST_CASE("v1 GET answers noSuchName with the index of the first missing one and the request's varbinds") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  const auto missing = GENERATE("1.3.6.1.2.1.1.1.9", "1.3.6.1.2.1.2.1.1");  // the second is a Counter64, which v1 does not know
  const auto request = ask(Pdu::get, {"1.3.6.1.2.1.1.1.0", missing}, Version::v1);
  const auto reply = answer(agent, request);
  CHECK(reply.status == static_cast<int>(ErrorStatus::no_such_name));
  CHECK(reply.index == 2);
  REQUIRE(reply.varbinds.size() == 2);
  CHECK(tag(reply.varbinds[0]) == ber::Tag::null);
}

TEST_CASE("GETNEXT walks in order, v1 steps over Counter64 and ends with noSuchName, v2c with endOfMibView") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  CHECK(oid_text(answer(agent, ask(Pdu::get_next, {"1.3"})).varbinds[0].oid) == "1.3.6.1.2.1.1.1.0");
  CHECK(oid_text(answer(agent, ask(Pdu::get_next, {"1.3.6.1.2.1.1.3.0"})).varbinds[0].oid) == "1.3.6.1.2.1.2.1.1");
  CHECK(oid_text(answer(agent, ask(Pdu::get_next, {"1.3.6.1.2.1.1.3.0"}, Version::v1)).varbinds[0].oid) == "1.3.6.1.2.1.2.1.2");
  CHECK(tag(answer(agent, ask(Pdu::get_next, {"1.3.6.1.2.1.2.1.3"})).varbinds[0]) == ber::Tag::end_of_mib_view);
  const auto end = answer(agent, ask(Pdu::get_next, {"1.3.6.1.2.1.2.1.3"}, Version::v1));
  CHECK(end.status == static_cast<int>(ErrorStatus::no_such_name));
  CHECK(end.index == 1);
}

TEST_CASE("GETBULK repeats behind its non-repeaters and stops at the end of the view") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  auto request = ask(Pdu::get_bulk, {"1.3", "1.3.6.1.2.1.2", "1.3.6.1.2.1.2.1.1"});
  request.status = 1;  // non-repeaters
  request.index = 50;  // max-repetitions
  const auto reply = answer(agent, request);
  REQUIRE(reply.varbinds.size() == 9);
  CHECK(oid_text(reply.varbinds[0].oid) == "1.3.6.1.2.1.1.1.0");
  CHECK(oid_text(reply.varbinds[1].oid) == "1.3.6.1.2.1.2.1.1");
  CHECK(oid_text(reply.varbinds[2].oid) == "1.3.6.1.2.1.2.1.2");
  CHECK(tag(reply.varbinds[7]) == ber::Tag::end_of_mib_view);
  CHECK(tag(reply.varbinds[8]) == ber::Tag::end_of_mib_view);
  SECTION("and v1 has none") {
    request.version = Version::v1;
    CHECK_FALSE(bytes_of(agent, encode(request)));
  }
  SECTION("and odd numbers ask for nothing") {
    request.status = -3;
    request.index = -1;
    CHECK(answer(agent, request).varbinds.empty());
  }
}

TEST_CASE("an answer never outgrows a datagram: GETBULK is cut, GET and GETNEXT say tooBig") {
  std::string text;
  for (int i = 1; i <= 100; ++i) text += "1.3.6.1.9." + std::to_string(i) + "|4|" + std::string(200, 'x') + "\n";
  text += "1.3.6.1.9.200|4|" + std::string(1471, 'x') + "\n";
  RecordedTable table{parse_snmprec(text).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  auto bulk = ask(Pdu::get_bulk, {"1.3.6.1.9"});
  bulk.index = 100;
  CHECK(answer(agent, bulk).varbinds.size() == 6);
  std::vector<std::string> many;
  for (int i = 1; i <= 8; ++i) many.push_back("1.3.6.1.9." + std::to_string(i));
  const auto pdu = GENERATE(Pdu::get, Pdu::get_next);
  const auto v2c = answer(agent, ask(pdu, many));
  CHECK(v2c.status == static_cast<int>(ErrorStatus::too_big));
  CHECK(v2c.varbinds.empty());
  const auto v1 = answer(agent, ask(pdu, many, Version::v1));
  CHECK(v1.status == static_cast<int>(ErrorStatus::too_big));
  CHECK(v1.varbinds.size() == 8);
  auto nothing_fits = ask(Pdu::get_bulk, {"1.3.6.1.9.100"});
  nothing_fits.index = 1;
  CHECK(answer(agent, nothing_fits).status == static_cast<int>(ErrorStatus::too_big));
}

TEST_CASE("however many repetitions are asked for, fifty are given") {
  std::string text;
  for (int i = 1; i <= 300; ++i) text += "1.3.6.1.9." + std::to_string(i) + "|2|1\n";
  RecordedTable table{parse_snmprec(text).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  auto bulk = ask(Pdu::get_bulk, {"1.3.6.1.9"});
  bulk.index = INT32_MAX;
  CHECK(answer(agent, bulk).varbinds.size() == 50);
}

TEST_CASE("a remembered answer is the same answer, to its own request's id and community") {
  RecordedTable table{parse_snmprec(recording).objects};
  AnswerCache cache;
  SnmpAgent plain{{.objects = &table, .community = "public"}};
  SnmpAgent first{{.objects = &table, .community = "public", .cache = &cache}};
  SnmpAgent second{{.objects = &table, .community = "public", .cache = &cache}};
  for (const std::int32_t id : {1, -7, 2'000'000'000}) {
    for (auto request : {ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"}), ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"}, Version::v1),
                         ask(Pdu::get_next, {"1.3.6.1.2.1.2.1.3"}), ask(Pdu::get, {"1.3.9"}, Version::v1)}) {
      request.request_id = id;
      const auto expected = bytes_of(plain, encode(request));
      CHECK(bytes_of(first, encode(request)) == expected);
      CHECK(bytes_of(second, encode(request)) == expected);
      request.community = "private";
      CHECK_FALSE(bytes_of(second, encode(request)));
    }
  }
  const auto write = encode(ask(Pdu::set, {"1.3.6.1.2.1.1.1.0"}));
  for (int i = 0; i < 3; ++i) CHECK(bytes_of(first, write) == bytes_of(plain, write));
  CHECK(first.writes() == 3);
}

TEST_CASE("SET is refused in the words of its version, and counted whatever its community") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  CHECK(answer(agent, ask(Pdu::set, {"1.3.6.1.2.1.1.1.0"})).status == static_cast<int>(ErrorStatus::not_writable));
  CHECK(answer(agent, ask(Pdu::set, {"1.3.6.1.2.1.1.1.0"}, Version::v1)).status == static_cast<int>(ErrorStatus::no_such_name));
  auto stranger = ask(Pdu::set, {"1.3.6.1.2.1.1.1.0"});
  stranger.community = "private";
  CHECK_FALSE(bytes_of(agent, encode(stranger)));
  CHECK(agent.writes() == 3);
  (void)answer(agent, ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"}));
  CHECK(agent.writes() == 3);
}

TEST_CASE("other communities, responses and SNMPv3 get no answer") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  auto request = ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"});
  request.community = "Public";
  CHECK_FALSE(bytes_of(agent, encode(request)));
  CHECK_FALSE(bytes_of(agent, encode(ask(Pdu::response, {"1.3.6.1.2.1.1.1.0"}))));
  auto v3 = encode(ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"}));
  v3[4] = 3;
  CHECK_FALSE(bytes_of(agent, v3));
}

TEST_CASE("no stranger's datagram harms the agent") {
  RecordedTable table{parse_snmprec(recording).objects};
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  std::mt19937 dice{7};  // NOLINT: the same row of numbers each run
  auto bulk = ask(Pdu::get_bulk, {"1.3", "2.999.4294967295", "0.0"});
  bulk.index = 20;
  const std::string good[] = {encode(ask(Pdu::get, {"1.3.6.1.2.1.1.1.0"})), encode(ask(Pdu::set, {"1.3.6.1.2"}, Version::v1)),
                              encode(bulk)};
  for (int round = 0; round < 30'000; ++round) {
    auto bytes = good[static_cast<std::size_t>(round) % 3];
    for (auto changes = dice() % 4; changes > 0; --changes) bytes[dice() % bytes.size()] = static_cast<char>(dice());
    if (dice() % 4 == 0) bytes.resize(dice() % bytes.size());
    const auto reply = bytes_of(agent, bytes);
    if (reply) CHECK(reply->size() <= SnmpAgent::longest_answer + bytes.size());
  }
}
