#include <signal.h>

#include <boost/json.hpp>
#include <iostream>
#include <optional>

#include "collector/cli/petition.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"

// `holdup guard`: "safe to pull" or "STOP", live, while somebody works on an element. It opens a window for just this work and ends it.
namespace holdup::cli {
namespace {

namespace json = boost::json;

constexpr long look_again_ns = 250'000'000;

std::string text(const json::object& object, std::string_view key) { return ground::printable(std::string{object.at(key).as_string()}); }

/// What was said last; not being able to ask is a reason to stop, too.
struct Word {
  bool safe = false;
  std::string why;  // a line a reason
  std::string json;
  bool operator==(const Word& other) const { return safe == other.safe && why == other.why; }
};

Word stopped(const std::string& why) {
  ground::JsonWriter out;
  out.begin_object().field("safe", false).key("stops").begin_array();
  out.begin_object().field("element", "self").field("why", why).end_object().end_array().end_object();
  return {.safe = false, .why = "\n  self: " + ground::printable(why), .json = out.take()};
}

Word word_of(const std::string& body) {
  try {
    const auto answer = json::parse(body).as_object();
    Word out{.safe = answer.at("safe").as_bool(), .why = {}, .json = ground::printable(json::serialize(answer))};
    for (const auto& reason : answer.at(out.safe ? "good" : "stops").as_array())
      out.why += "\n  " + text(reason.as_object(), "element") + ": " + text(reason.as_object(), "why");
    return out;
  } catch (const std::exception& error) {
    return stopped("that is no answer: " + std::string{error.what()});
  }
}

/// SIGINT and SIGTERM wait until they are asked for: the window is ended whatever was going on.
class Interruption {
 public:
  Interruption() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &former_);
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

  /// Waits a moment; true when one came.
  [[nodiscard]] bool came() const {
    const timespec moment{.tv_sec = 0, .tv_nsec = look_again_ns};
    return ::sigtimedwait(&signals_, nullptr, &moment) > 0;
  }

 private:
  sigset_t signals_{}, former_{};
};

class Guard {
 public:
  Guard(const GuardOptions& options, DaemonClient daemon, ground::Duration length)
      : options_{options}, daemon_{std::move(daemon)}, length_{length} {}

  int run() {
    if (const int code = look(); code != fine) return code;
    if (options_.once) return code_;
    const Interruption interruption;
    const auto begun = ground::clock::now();
    do {
      if (last_ && last_->safe && window_.empty())
        if (const int code = open_window(); code != fine) return code;
      if (ground::clock::now() - begun >= length_) {
        std::cerr << "holdup guard: its time is over\n";
        break;
      }
    } while (!interruption.came() && look() == fine);
    return end_window();
  }

 private:
  /// Says what changed. usage: no such element.
  int look() {
    const auto reply = daemon_.get("/api/holdup/v1/guard/" + url_encoded(options_.element));
    if (reply && reply->status == 404) return complain("no element '" + options_.element + "' in the site file", usage);
    auto word = reply ? word_of(reply->body) : stopped(reply.error().what);
    if (last_ != word) say(word);
    if (!word.safe) code_ = reply ? problem_found : std::max<int>(code_, cannot_know);
    last_ = std::move(word);
    return fine;
  }

  // A bell with every new reason to stop: whoever works looks at the rack.
  void say(const Word& word) const {
    if (options_.json)
      std::cout << word.json << std::endl;
    else
      std::cout << (word.safe ? painted(Colour::good, "safe to pull " + options_.element) : painted(Colour::bad, "STOP") + "\a") << "  "
                << time_for_people(ground::utc(ground::clock::now(), ground::clock::utc_offset())) << word.why << std::endl;
  }

  int open_window() {
    const auto answer = petitioned(options_.url, {{"do", "maintenance add"},
                                                  {"element", options_.element},
                                                  {"intent", options_.intent},
                                                  {"owner", options_.owner.empty() ? own_name() : options_.owner},
                                                  {"reason", options_.reason},
                                                  {"for_s", ground::seconds(length_)}});
    if (!answer) return without_window(answer.error().what);
    if (const int code = code_of_answer(*answer); code != fine) return complain(text(*answer, "error"), code);
    window_ = text(*answer, "event");
    return fine;
  }

  // Looking goes on, and so does trying: a daemon that has just begun does not know its socket yet.
  int without_window(const std::string& why) {
    if (complained_ != why) complain("no window is open: " + why, fine);
    complained_ = why;
    return fine;
  }

  int end_window() {
    if (window_.empty()) return code_;
    const auto answer = petitioned(options_.url, {{"do", "maintenance end"}, {"window", window_}, {"by", own_name()}});
    if (!answer)
      return complain("its window stays open until it ends by itself: " + answer.error().what, std::max(code_, int{problem_found}));
    return code_;
  }

  const GuardOptions& options_;
  DaemonClient daemon_;
  ground::Duration length_;
  std::optional<Word> last_;
  std::string window_, complained_;  // window: empty: not open
  int code_ = fine;
};

}  // namespace

int guard(const GuardOptions& options) {
  const auto daemon = DaemonClient::at(options.url);
  if (!daemon) return complain(daemon.error().what, usage);
  const auto length = ground::parse_duration(options.length);
  if (!length) return complain("--for " + options.length + " is no duration; write 2h", usage);
  return Guard{options, *daemon, *length}.run();
}

}  // namespace holdup::cli
