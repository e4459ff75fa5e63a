#include "wire/drivers/snmp/agent.hpp"

#include <boost/asio/buffer.hpp>
#include <iterator>
#include <optional>

#include "drivers/snmp/message.hpp"

namespace holdup::tests {
namespace asio = boost::asio;
namespace tag = snmp::tag;
using snmp::BerReader;

struct TableAgent::Question {
  std::int64_t version = 0, id = 0, repetitions = 0;
  std::uint8_t ask = 0;
  std::vector<Oid> names;
};

namespace {

// Lengths always in two bytes, as some agents write them.
Octets tlv(std::uint8_t tag, const Octets& content) {
  Octets out{tag, 0x82, static_cast<std::uint8_t>(content.size() >> 8), static_cast<std::uint8_t>(content.size())};
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Octets join(const std::vector<Octets>& parts) {
  Octets out;
  for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Octets four_bytes(std::int64_t value) {
  return tlv(tag::integer, {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
}

Octets name_bytes(const Oid& oid) {
  snmp::BerWriter writer;
  writer.oid(oid);
  Octets out;
  writer.take(out);
  return out;
}

}  // namespace

Puppet::Puppet(asio::io_context& loop, OnDatagram on_datagram)
    : socket_{loop, {asio::ip::address_v4::loopback(), 0}}, on_datagram_{std::move(on_datagram)}, buffer_(65536) {
  listen();
}

void Puppet::listen() {
  socket_.async_receive_from(asio::buffer(buffer_), from_, [this](boost::system::error_code error, std::size_t size) {
    if (error) return;
    ++heard_;
    on_datagram_({buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size)}, from_);
    listen();
  });
}

void Puppet::send(const Octets& datagram, const Endpoint& to) {
  boost::system::error_code ignored;
  socket_.send_to(asio::buffer(datagram), to, 0, ignored);
}

Octets echo(Octets question) {
  question.at(pdu_at) = tag::response;
  return question;
}

TableAgent::TableAgent(asio::io_context& loop, Habits habits)
    : habits_{habits}, puppet_{loop, [this](const Octets& datagram, const Puppet::Endpoint& from) { take(datagram, from); }} {}

void TableAgent::number(const std::string& oid, std::int64_t value) { table_[*Oid::parse(oid)] = four_bytes(value); }

void TableAgent::text(const std::string& oid, const std::string& value) {
  table_[*Oid::parse(oid)] = tlv(tag::octets, {value.begin(), value.end()});
}

void TableAgent::object_id(const std::string& oid, const std::string& value) { table_[*Oid::parse(oid)] = name_bytes(*Oid::parse(value)); }

void TableAgent::take(const Octets& datagram, const Puppet::Endpoint& from) {
  if (habits_.lose-- > 0) return;
  BerReader message{*BerReader{datagram}.next(tag::sequence)};
  Question question;
  question.version = *snmp::signed_number(*message.next(tag::integer));
  (void)message.next(tag::octets);
  const auto pdu = *message.next();
  question.ask = pdu.tag;
  BerReader fields{pdu.content};
  question.id = *snmp::signed_number(*fields.next(tag::integer));
  (void)fields.next(tag::integer);
  question.repetitions = *snmp::signed_number(*fields.next(tag::integer));
  for (BerReader list{*fields.next(tag::sequence)}; !list.done();)
    question.names.push_back(snmp::decode_oid(*BerReader{*list.next(tag::sequence)}.next(tag::oid)));
  const bool bulk = question.ask == tag::get_bulk;
  bulks_ += bulk ? 1 : 0, nexts_ += question.ask == tag::get_next ? 1 : 0;
  if ((habits_.v1_only && question.version != 0) || (bulk && (habits_.no_bulk || question.repetitions > habits_.most_repetitions))) return;
  if (on_answer_) return on_answer_(answer(question), from);
  puppet_.send(answer(question), from);
}

std::int64_t TableAgent::status(const Question& question) const {
  if (question.names.size() > habits_.most_varbinds) return 1;
  if (question.ask == tag::get_bulk && habits_.bulk_fails) return 5;
  if (question.ask == tag::get || habits_.fails_at.empty()) return 0;
  const auto bad = *Oid::parse(habits_.fails_at);
  for (const Oid& name : question.names)
    if (const auto at = table_.upper_bound(name); at != table_.end() && at->first == bad) return 5;
  return 0;
}

Octets TableAgent::answer(const Question& question) {
  std::int64_t status = this->status(question), index = status == 5 ? 1 : 0;
  for (std::size_t i = 0; question.version == 0 && status == 0 && i < question.names.size(); ++i) {
    const bool there =
        question.ask == tag::get ? table_.contains(question.names[i]) : table_.upper_bound(question.names[i]) != table_.end();
    if (!there) status = 2, index = static_cast<std::int64_t>(i) + 1;
  }
  const auto list = status == 0 ? varbinds(question) : Octets{};
  const auto pdu = join({four_bytes(question.id), four_bytes(status), four_bytes(index), tlv(tag::sequence, list)});
  return tlv(tag::sequence,
             join({four_bytes(question.version), tlv(tag::octets, {'p', 'u', 'b', 'l', 'i', 'c'}), tlv(tag::response, pdu)}));
}

TableAgent::Table::const_iterator TableAgent::behind(const Oid& name, std::uint8_t ask) {
  auto at = table_.upper_bound(name);
  const auto growing = Oid::parse(habits_.grows);
  if (growing && name.under(*growing) && (at == table_.end() || !at->first.under(*growing)))
    at = table_.emplace(growing->with(name.size() > growing->size() ? name.parts().back() + 1 : 1), four_bytes(1)).first;
  if (habits_.leaves_out && ask == tag::get_bulk && at != table_.end() && at->first.parts().back() % 2 == 1) ++at;
  return at == table_.end() && habits_.begins_anew ? table_.begin() : at;
}

Octets TableAgent::varbinds(const Question& question) {
  Octets out;
  std::vector<Oid> names = question.names;
  const std::int64_t rounds = question.ask == tag::get_bulk ? question.repetitions : 1;
  std::int64_t left_out = 0;
  for (std::int64_t round = 0; round < rounds; ++round)
    for (Oid& name : names) {
      auto at = question.ask == tag::get ? Table::const_iterator{table_.find(name)} : behind(name, question.ask);
      if (habits_.v2_lies && question.version == 1) at = table_.end();
      if (question.ask == tag::get_bulk && habits_.bulk_skips > 0 && at != table_.end() && ++left_out % habits_.bulk_skips == 0)
        at = std::next(at);
      if (at != table_.end()) told_.insert(at->first);
      if (at != table_.end() && !habits_.stands_still) name = at->first;
      const auto value =
          at != table_.end() ? at->second : Octets{question.ask == tag::get ? tag::no_such_instance : tag::end_of_mib_view, 0};
      const auto varbind = tlv(tag::sequence, join({name_bytes(name), value}));
      out.insert(out.end(), varbind.begin(), varbind.end());
    }
  return out;
}

}  // namespace holdup::tests
