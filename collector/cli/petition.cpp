#include "collector/cli/petition.hpp"

#include <pwd.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/control/client.hpp"
#include "collector/incident/notices.hpp"
#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

namespace holdup::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t notices_a_slice = 1'000;
// Whoever adds a record deletes nothing: how long samples are kept only the site file says.
constexpr ground::Duration for_ever = std::chrono::days{100 * 365};
constexpr store::Retention keep_all{.raw = for_ever, .minute = for_ever, .hour = for_ever, .max_bytes = std::uint64_t{1} << 62U};

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : "";
}

bool flag(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

ground::Failure malformed(const std::string& what) { return {ground::FailureKind::malformed, what}; }

ground::Result<json::object> object_of(const std::string& text, const std::string& what) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) return malformed("that is no " + what);
  return std::move(value.as_object());
}

int show(const json::object& answer) {
  if (const int code = code_of_answer(answer); code != fine) return complain(text(answer, "error"), code);
  std::cout << painted(Colour::good, text(answer, "text"));
  if (const auto event = text(answer, "event"); !event.empty())
    std::cout << "  " << painted(Colour::dim, event + (flag(answer, "durable") ? "" : ", not on the disk yet"));
  std::cout << '\n';
  return fine;
}

class Quiet final : public store::Listener {
 public:
  void durable(std::vector<record::Event>) override {}
  void degraded(bool, const std::string&) override {}
  void set_aside(const store::SetAside&) override {}
};

void note_refusal(const std::string& path, const std::string& verb) {
  if (control::ask(path + ".control", json::serialize(json::object{{"do", "permit"}, {"verb", verb}}))) return;
  Quiet quiet;
  auto store = store::Store::open({.path = path, .boot = ground::clock::boot_id(), .retention = keep_all}, quiet);
  if (!store) return (void)complain("this could not be noted in the audit records: " + store.error().what, fine);
  const auto now = ground::clock::now();
  (void)store->append(record::Audit{.time = ground::utc(now, ground::clock::utc_offset()),
                                    .boot = ground::clock::boot_id(),
                                    .at = now,
                                    .actor = "uid " + std::to_string(::getuid()) + " (" + own_name() + ")",
                                    .action = verb,
                                    .json = R"({"outcome":"refused","answer":"hands off"})"});
  (void)store->flush();
}

incident::Notices notices_of(const std::string& path) {
  incident::Notices notices;
  auto reader = store::Reader::open(path);
  std::int64_t seq = 0;
  for (bool more = reader.has_value(); more;) {
    const auto part = reader->events(seq, notices_a_slice);
    if (!part) break;
    for (const auto& stored : *part) seq = stored.seq, notices.fold(stored.event, {}, incident::Notices::Boot::another);
    more = part->size() == notices_a_slice;
  }
  return notices;
}

}  // namespace

ground::Result<json::object> status_of(const std::string& url) {
  const auto daemon = DaemonClient::at(url);
  if (!daemon) return daemon.error();
  const auto reply = daemon->get("/api/holdup/v1/status");
  if (!reply) return reply.error();
  return object_of(reply->body, "status");
}

ground::Result<json::object> ask_control(const std::string& socket, const std::string& request) {
  if (socket.empty())
    return ground::Failure{ground::FailureKind::refused,
                           "this daemon has no control socket: write control: {socket: PATH} or store: {path: …}"};
  const auto said = control::ask(socket, request);
  if (!said) return said.error();
  return object_of(*said, "answer");
}

ground::Result<json::object> petitioned(const std::string& url, const json::object& request) {
  const auto status = status_of(url);
  return status ? ask_control(text(*status, "control"), json::serialize(request)) : status.error();
}

int code_of_answer(const json::object& answer) { return flag(answer, "ok") ? fine : flag(answer, "refused") ? refused : problem_found; }

int petition(const std::string& url, const json::object& request, bool as_json) {
  const auto answer = petitioned(url, request);
  if (!answer) return complain(answer.error().what, cannot_know);
  if (!as_json) return show(*answer);
  std::cout << ground::printable(json::serialize(*answer)) << '\n';
  return code_of_answer(*answer);
}

std::string own_name() {
  const auto* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

bool hands_are_off(const std::string& store, const std::string& verb) {
  const auto notices = notices_of(store);
  const auto& hands = notices.hands_off();
  if (!hands) return false;
  complain(
      "hands off: begun by " + hands->by + " at " + ground::iso8601(hands->begin) + "; another token than " + hands->token + " ends it",
      fine);
  note_refusal(store, verb);
  return true;
}

}  // namespace holdup::cli
