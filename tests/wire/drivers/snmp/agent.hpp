#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/snmp/ber.hpp"

// Agents on loopback, for the tests of drivers/snmp: one that says what the test wants, byte by byte, and one that serves a table.
namespace holdup::tests {

using Octets = std::vector<std::uint8_t>;
using snmp::Oid;

/// Calls back with each datagram that comes in; the test answers as it likes.
class Puppet {
 public:
  using Endpoint = boost::asio::ip::udp::endpoint;
  using OnDatagram = std::function<void(const Octets&, const Endpoint&)>;

  Puppet(boost::asio::io_context& loop, OnDatagram on_datagram);
  void send(const Octets& datagram, const Endpoint& to);
  /// Hears nothing from now on.
  void deafen() { socket_.cancel(); }
  [[nodiscard]] Endpoint address() const { return socket_.local_endpoint(); }
  [[nodiscard]] std::size_t heard() const { return heard_; }

 private:
  void listen();

  boost::asio::ip::udp::socket socket_;
  OnDatagram on_datagram_;
  Octets buffer_;
  Endpoint from_;
  std::size_t heard_ = 0;
};

/// The question as a GetResponse with the same varbinds, all NULL.
[[nodiscard]] Octets echo(Octets question);
/// Where the PDU's tag stands in a question with a community of six characters.
inline constexpr std::size_t pdu_at = 13;

/// Serves a table of encoded values (tag, length, content).
class TableAgent {
 public:
  struct Habits {
    bool v1_only = false;                  // silent on v2c
    bool no_bulk = false;                  // silent on GETBULK
    bool stands_still = false;             // GETNEXT answers with the name asked
    std::size_t most_varbinds = 1000;      // tooBig beyond
    int lose = 0;                          // so many first datagrams
    std::int64_t most_repetitions = 1000;  // silent on GETBULK beyond
    bool leaves_out = false;               // every other row of a GETBULK answer
    bool begins_anew = false;              // behind its last object, instead of endOfMibView
    std::string grows = {};                // this column gets a row whenever it is asked for the one behind the last
    bool bulk_fails = false;               // genErr to GETBULK
    std::int64_t bulk_skips = 0;           // leaves every Nth value out of what it answers to GETBULK
    std::string fails_at = {};             // genErr to a GETNEXT that would answer this object
    bool v2_lies = false;                  // answers to v2c that every object is missing
  };

  TableAgent(boost::asio::io_context& loop, Habits habits);
  void number(const std::string& oid, std::int64_t value);
  void text(const std::string& oid, const std::string& value);
  void object_id(const std::string& oid, const std::string& value);
  [[nodiscard]] Puppet& puppet() { return puppet_; }
  /// Answers nothing by itself any more; each datagram comes with what the answer would be.
  using OnAnswer = std::function<void(Octets answer, const Puppet::Endpoint& from)>;
  void hold(OnAnswer on_answer) { on_answer_ = std::move(on_answer); }
  /// What it was asked by GETBULK, and by GETNEXT.
  [[nodiscard]] std::size_t bulks() const { return bulks_; }
  [[nodiscard]] std::size_t nexts() const { return nexts_; }
  /// Whether the value was ever handed out.
  [[nodiscard]] bool told(const std::string& oid) const { return told_.contains(*Oid::parse(oid)); }

 private:
  struct Question;
  using Table = std::map<Oid, Octets>;
  void take(const Octets& datagram, const Puppet::Endpoint& from);
  [[nodiscard]] Octets answer(const Question& question);
  [[nodiscard]] Octets varbinds(const Question& question);
  [[nodiscard]] std::int64_t status(const Question& question) const;
  [[nodiscard]] Table::const_iterator behind(const Oid& name, std::uint8_t ask);

  Habits habits_;
  std::map<Oid, Octets> table_;
  OnAnswer on_answer_;
  std::size_t bulks_ = 0, nexts_ = 0;
  std::set<Oid> told_;
  Puppet puppet_;
};

}  // namespace holdup::tests
