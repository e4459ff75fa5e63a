#include <boost/json.hpp>
#include <iostream>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"

// `holdup audit log`: who did what to this holdup, and whether the chain of the records holds.
namespace holdup::cli {
namespace {

constexpr std::size_t slice = 1'000;

/// As it is where it is JSON, else as a text: one line either way.
std::string detail_of(const record::Audit& record) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(record.json, error);
  return error ? boost::json::serialize(boost::json::string{record.json}) : boost::json::serialize(parsed);
}

void print(const store::StoredAudit& stored, bool json) {
  const auto& record = stored.record;
  if (!json) {
    std::cout << time_for_people(record.time) << "  " << painted(Colour::warning, record.action) << " by "
              << ground::printable(record.actor) << "  " << ground::printable(detail_of(record)) << "  "
              << painted(Colour::dim, "record " + std::to_string(stored.seq)) << '\n';
    return;
  }
  ground::JsonWriter out;
  out.begin_object().field("seq", stored.seq).field("time", ground::iso8601(record.time)).field("boot", record.boot);
  out.field("monotonic_ns", std::int64_t{record.at.time_since_epoch().count()}).field("actor", record.actor).field("action", record.action);
  out.key("detail").raw(ground::printable(detail_of(record)));
  std::cout << out.end_object().take() << '\n';
}

int verdict(store::Reader& reader, std::int64_t records, bool json) {
  const auto flaw = reader.verify_audit();
  if (!flaw) return complain(flaw.error().what, cannot_know);
  const bool holds = !flaw->has_value();
  if (json) {
    ground::JsonWriter out;
    out.begin_object().field("records", records).field("holds", holds);
    if (!holds) out.field("where", (*flaw)->where).field("what", (*flaw)->what);
    std::cout << out.end_object().take() << '\n';
  } else {
    std::cout << (holds ? std::to_string(records) + " records, the chain holds" : (*flaw)->where + ": " + (*flaw)->what) << '\n';
  }
  return holds ? fine : problem_found;
}

}  // namespace

int audit_log(const AuditLogOptions& options) {
  auto reader = store::Reader::open(options.store);
  if (!reader) return complain(reader.error().what, cannot_know);
  std::int64_t last = 0, records = 0;
  for (bool more = true; more;) {
    const auto part = reader->audit(last, slice);
    if (!part) return complain(part.error().what, cannot_know);
    for (const auto& stored : *part) {
      if (!options.verify) print(stored, options.json);
      last = stored.seq;
      ++records;
    }
    more = part->size() == slice;
  }
  return options.verify ? verdict(*reader, records, options.json) : fine;
}

}  // namespace holdup::cli
