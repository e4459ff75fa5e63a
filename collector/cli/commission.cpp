#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>

#include "collector/cli/commission_words.hpp"
#include "collector/cli/cords.hpp"
#include "collector/cli/event_stream.hpp"
#include "collector/cli/moment.hpp"
#include "collector/cli/petition.hpp"
#include "collector/cli/pull.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"

// `holdup commission`: watches a person pull each cord once, and has the daemon record what showed it, where it hangs and how long it took.
namespace holdup::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ground::Duration;
using incident::Commissioned;
using incident::PullResult;

constexpr Duration greeting = 10s, turn = 100ms, look_period = 1s;
constexpr Duration settle = 20s;      // an outlet has as long to be measured while its cord is out
constexpr Duration written = 1500ms;  // what was measured is in the store by then
constexpr Duration longest_out = 10min;
constexpr Duration history = 2min;  // of the signs, before a pull

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

/// Windows of our own, in the daemon; they end with it.
class Windows {
 public:
  Windows(std::string socket, std::string by, Duration length) : socket_{std::move(socket)}, by_{std::move(by)}, length_{length} {}
  Windows(const Windows&) = delete;
  Windows& operator=(const Windows&) = delete;
  ~Windows() {
    while (!open_.empty()) end(open_.begin()->first);
  }

  /// 0, or the exit code; it is said why.
  int open(const std::string& supply) {
    if (open_.contains(supply)) return fine;
    const json::object request{{"do", "maintenance add"}, {"element", supply},
                               {"intent", "off"},         {"owner", by_},
                               {"reason", "commission"},  {"for_s", ground::seconds(length_)}};
    const auto answer = ask_control(socket_, json::serialize(request));
    if (!answer) return complain(answer.error().what, cannot_know);
    if (!answer->at("ok").as_bool())
      return complain(std::string{answer->at("error").as_string()}, answer->at("refused").as_bool() ? refused : problem_found);
    open_[supply] = answer->at("event").as_string();
    return fine;
  }
  void end(const std::string& supply) {
    const auto at = open_.find(supply);
    if (at == open_.end()) return;
    (void)ask_control(socket_, json::serialize(json::object{{"do", "maintenance end"}, {"window", at->second}, {"by", by_}}));
    open_.erase(at);
  }

 private:
  std::string socket_, by_;
  Duration length_;
  std::map<std::string, std::string> open_;  // id by supply
};

struct Setting {
  DaemonClient daemon;
  std::vector<Cord> rack;
  std::string socket, by;
  Duration wait{}, patience{};
  bool json = false;
};

class Commissioning {
 public:
  Commissioning(Setting setting, std::vector<std::string> asked)
      : setting_{std::move(setting)},
        asked_{std::move(asked)},
        talks_{!setting_.json && on_terminal() && ::isatty(STDIN_FILENO) == 1},
        stream_{setting_.daemon},
        windows_{setting_.socket, setting_.by, std::min<Duration>(setting_.patience + setting_.wait + longest_out, 24h)} {}

  int perform() {
    if (!stream_.connected(greeting)) return complain("the daemon does not tell its events", cannot_know);
    const int code = talks_ ? one_by_one() : as_they_come();
    if (code != fine) return code;
    if (!setting_.json) print_summary(asked_, tests_, whys_, setting_.rack);
    return code_of();
  }

 private:
  // ---- With a person at the terminal: one after the other.

  int one_by_one() {
    for (const auto& supply : asked_) {
      if (ended_) break;
      if (tests_.contains(supply)) continue;  // it was pulled in another's place
      if (auto why = objection_now(supply); !why.empty()) {
        refuse(supply, std::move(why));
        continue;
      }
      if (const int code = windows_.open(supply); code != fine) return code;
      while (!ended_ && !tests_.contains(supply) && !whys_.contains(supply)) ask_for(supply);
      windows_.end(supply);
    }
    return fine;
  }

  void ask_for(const std::string& supply) {
    const auto begun = begin(supply);
    Pull& pull = *begun;
    const auto& cord = cord_of(supply);
    std::cout << painted(Colour::warning, supply) << ": pull its cord" << (cord.outlet.empty() ? "" : " (" + cord.outlet + ")")
              << " and press Enter as you do; s skips it, q ends\n"
              << std::flush;
    if (!hear_person(pull, supply)) return;
    const auto until = ground::clock::now() + setting_.wait;
    while (pull.stage() == Pull::Stage::waiting && ground::clock::now() < until && interrupted == 0) listen(pull, turn);
    if (pull.stage() != Pull::Stage::waiting) return follow(pull, supply);
    keep(judge(pull));
    std::cout << painted(Colour::bad, "  nothing was noticed within " + ground::duration_text(setting_.wait))
              << ": put it back, and press Enter\n"
              << std::flush;
    while (word(turn).empty() && interrupted == 0) listen(pull, 0s);
  }

  /// False where the cord is not to be waited for.
  bool hear_person(Pull& pull, const std::string& supply) {
    const auto until = ground::clock::now() + setting_.patience;
    while (pull.stage() == Pull::Stage::waiting) {
      const auto said = word(turn);
      if (interrupted != 0 || said == "q" || ground::clock::now() > until) {
        ended_ = true;
        return false;
      }
      listen(pull, 0s);
      if (said == "s") return whys_[supply] = "skipped", false;
      if (!said.empty()) return pull.named(utc_now()), true;
    }
    return true;
  }

  /// A line from the terminal, "\n" for Enter alone; empty when there is none by then.
  static std::string word(Duration patience) {
    pollfd wait{STDIN_FILENO, POLLIN, 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    if (::poll(&wait, 1, static_cast<int>(ms)) <= 0 || wait.revents == 0) return {};
    std::string line;
    if (!std::getline(std::cin, line)) return "q";
    return line.empty() ? "\n" : line;
  }

  // ---- Without one: in whatever order they are pulled.

  int as_they_come() {
    std::vector<std::string> watched;
    for (const auto& supply : asked_) {
      if (auto why = objection_now(supply); !why.empty())
        refuse(supply, std::move(why));
      else if (const int code = windows_.open(supply); code != fine)
        return code;
      else
        watched.push_back(supply);
    }
    if (watched.empty()) return refused;
    auto pull = begin({});
    say_watching(watched);
    const auto until = ground::clock::now() + setting_.patience;
    const auto over = [&] { return ground::clock::now() >= until || interrupted != 0 || ended_ || all_of(watched); };
    while (!over()) {
      listen(*pull, turn);
      if (pull->stage() == Pull::Stage::waiting) continue;
      take_turn(*pull, watched);
      pull = begin({}, pull->back());
    }
    return fine;
  }

  // While one is out its siblings are not to be touched: whoever does, hears of it.
  void take_turn(Pull& pull, const std::vector<std::string>& watched) {
    if (pull.stage() == Pull::Stage::beyond) return follow(pull, {});
    const auto out = pull.lost().front();
    const auto siblings = [&](const std::string& supply) { return supply != out && load_of(supply) == load_of(out); };
    for (const auto& supply : watched)
      if (siblings(supply)) windows_.end(supply);
    follow(pull, {});
    windows_.end(out);
    for (const auto& supply : watched)
      if (siblings(supply) && !tests_.contains(supply) && !ended_ && objection_now(supply).empty()) (void)windows_.open(supply);
  }

  [[nodiscard]] bool all_of(const std::vector<std::string>& watched) const {
    return std::ranges::all_of(watched, [this](const auto& supply) { return tests_.contains(supply); });
  }

  // ---- One pull.

  // What was said before `from` counts for nothing; what was said since and is not read yet does.
  std::unique_ptr<Pull> begin(std::string expected, std::optional<ground::Utc> from = {}) {
    handovers_ = handovers_of(setting_.daemon);
    handover_.reset();
    return std::make_unique<Pull>(setting_.rack, std::move(expected),
                                  from.value_or(std::chrono::floor<std::chrono::milliseconds>(utc_now())));
  }

  void listen(Pull& pull, Duration patience) {
    for (auto event = stream_.next(patience); event; event = stream_.next(0s)) {
      pull.hear(*event);
      if (pull.stage() == Pull::Stage::back) return;  // the rest is the next one's
    }
  }

  // From the verdict until all of it is back.
  void follow(Pull& pull, const std::string& expected) {
    if (pull.stage() != Pull::Stage::beyond) say_lost(pull, expected);
    const auto begun = ground::clock::now();
    auto look = begun + look_period;
    bool found = is_other(pull, expected);
    while (pull.stage() == Pull::Stage::out && interrupted == 0 && ground::clock::now() < begun + longest_out) {
      listen(pull, turn);
      if (ground::clock::now() < look) continue;
      look = ground::clock::now() + look_period;
      note_handover();
      if (found) continue;
      const auto test = judge(pull);
      found = !test.seen.empty() || ground::clock::now() > begun + settle;
      if (found) say_found(test);
    }
    if (pull.stage() == Pull::Stage::beyond) return stop("holdup says " + pull.beyond() + ": that is more than one cord");
    pause(written);
    note_handover();
    keep(judge(pull));
    if (pull.stage() != Pull::Stage::back) stop(pull.lost().front() + " is not back after " + ground::duration_text(longest_out));
  }

  /// Ended by a signal.
  static void pause(Duration length) {
    (void)::poll(nullptr, 0, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count()));
  }

  void note_handover() {
    if (handover_) return;
    const auto now = handovers_of(setting_.daemon);
    if (now.count > handovers_.count)
      handover_ = std::chrono::duration_cast<Duration>(std::chrono::duration<double>{now.seconds - handovers_.seconds});
  }

  [[nodiscard]] Commissioned judge(const Pull& pull) const {
    const auto from = (pull.verdict() ? pull.verdict()->time : pull.from()) - history;
    auto test = pull.judged(tracks_of(setting_.daemon, pull.signs(), from), meters_of(setting_.daemon, from));
    test.by = setting_.by;
    if (!test.verdict.empty()) test.handover = handover_;
    return test;
  }

  void keep(Commissioned test) {
    const auto supply = test.element.text();
    if (std::ranges::find(asked_, supply) == asked_.end()) return;
    const auto answer = ask_control(setting_.socket, request_text(test));
    if (answer && answer->at("ok").as_bool()) test.id = answer->at("event").as_string();
    if (test.id.empty())
      complain("this was not recorded: " + (answer ? std::string{answer->at("error").as_string()} : answer.error().what), fine);
    if (setting_.json)
      std::cout << result_text(test) << '\n' << std::flush;
    else
      print_result(test, cord_of(supply));
    tests_[supply] = std::move(test);
  }

  void stop(const std::string& why) {
    ended_ = true;
    problem_ = true;
    complain(why, problem_found);
  }

  // ---- What is said meanwhile.

  static bool is_other(const Pull& pull, const std::string& expected) {
    return !expected.empty() && !pull.lost().empty() && std::ranges::find(pull.lost(), expected) == pull.lost().end();
  }

  void say_watching(const std::vector<std::string>& watched) const {
    if (setting_.json) {
      ground::JsonWriter out;
      out.begin_object().field("say", "watching").key("elements").begin_array();
      for (const auto& supply : watched) out.value(supply);
      out.end_array().field("for_s", ground::seconds(setting_.patience)).end_object();
      std::cout << out.take() << '\n' << std::flush;
    } else {
      std::cout << "watching: pull one cord at a time, in any order, and put it back once it was seen\n" << std::flush;
    }
  }

  void say_lost(const Pull& pull, const std::string& expected) const {
    const auto& verdict = *pull.verdict();
    const bool other = is_other(pull, expected);
    if (setting_.json) {
      ground::JsonWriter out;
      out.begin_object().field("say", "lost").field("element", verdict.element).field("verdict", verdict.verdict);
      out.field("time", ground::iso8601(verdict.time)).end_object();
      std::cout << out.take() << '\n' << std::flush;
    } else {
      if (other) std::cout << painted(Colour::bad, "  NOT " + expected + ": what is lost is " + verdict.element + ", put it back") << '\n';
      std::cout << "  " << painted(Colour::good, "seen") << ": " << verdict.verdict << ' ' << verdict.element << " (" << verdict.strength
                << ")" << (other ? "" : "; leave it out until its outlet was seen") << '\n'
                << std::flush;
    }
  }

  void say_found(const Commissioned& test) const {
    if (setting_.json) return;
    const bool well = test.result == PullResult::as_configured;
    std::cout << "  " << painted(well ? Colour::good : Colour::bad, sentence_of(test)) << ": put it back\n" << std::flush;
  }

  void refuse(const std::string& supply, std::string why) {
    if (setting_.json) {
      ground::JsonWriter out;
      out.begin_object().field("say", "refused").field("element", supply).field("why", why).end_object();
      std::cout << out.take() << '\n' << std::flush;
    } else {
      complain(supply + " is not to be pulled now: " + why, refused);
    }
    whys_[supply] = "refused: " + std::move(why);
    ++refusals_;
  }

  // Between two pulls a rack needs a moment until all of it is heard again.
  [[nodiscard]] std::string objection_now(const std::string& supply) {
    std::string why = "the daemon does not answer";
    for (const auto until = ground::clock::now() + (tests_.empty() ? 0s : setting_.wait); interrupted == 0;) {
      if (const auto status = read_status()) why = objection(*status, supply);
      if (why.empty() || ground::clock::now() >= until) break;
      pause(look_period);
    }
    return why;
  }

  [[nodiscard]] std::optional<json::object> read_status() const {
    const auto reply = setting_.daemon.get("/api/holdup/v1/status");
    boost::system::error_code error;
    auto value = reply ? json::parse(reply->body, error) : json::value{};
    if (!reply || error || !value.is_object()) return std::nullopt;
    return std::move(value.as_object());
  }

  [[nodiscard]] const Cord& cord_of(const std::string& supply) const { return *std::ranges::find(setting_.rack, supply, &Cord::supply); }

  [[nodiscard]] int code_of() const {
    if (tests_.empty() && refusals_ == asked_.size()) return refused;
    if (tests_.empty() && !problem_) return cannot_know;
    const bool all = tests_.size() == asked_.size() && std::ranges::all_of(tests_, [](const auto& one) {
                       return one.second.result == PullResult::as_configured && !one.second.id.empty();
                     });
    return all && !problem_ ? fine : problem_found;
  }

  Setting setting_;
  std::vector<std::string> asked_;
  bool talks_ = false, ended_ = false, problem_ = false;
  std::size_t refusals_ = 0;
  std::map<std::string, Commissioned> tests_;
  std::map<std::string, std::string> whys_;  // why there is none
  Handovers handovers_;
  std::optional<Duration> handover_;
  EventStream stream_;
  Windows windows_;
};

/// All supplies, or those that were asked for by name or by load; nothing where one is unknown.
std::optional<std::vector<std::string>> chosen(const std::vector<Cord>& rack, const std::vector<std::string>& elements) {
  std::vector<std::string> out;
  const auto add = [&](auto matches) {
    const auto before = out.size();
    for (const auto& cord : rack)
      if (matches(cord.supply) && std::ranges::find(out, cord.supply) == out.end()) out.push_back(cord.supply);
    return out.size() > before;
  };
  if (elements.empty()) (void)add([](const std::string&) { return true; });
  for (const auto& element : elements)
    if (!add([&](const std::string& supply) { return supply == element || load_of(supply) == element; })) {
      complain("no supply or load '" + element + "' in the site file", usage);
      return std::nullopt;
    }
  return out;
}

}  // namespace

int commission(const CommissionOptions& options) {
  const auto daemon = DaemonClient::at(options.url);
  if (!daemon) return complain(daemon.error().what, usage);
  const auto wait = ground::parse_duration(options.wait), patience = ground::parse_duration(options.length);
  if (!wait) return complain("--wait " + options.wait + " is no duration; write 60s", usage);
  if (!patience) return complain("--for " + options.length + " is no duration; write 30min", usage);
  const auto status = status_of(options.url);
  if (!status) return complain(status.error().what, cannot_know);
  try {
    if (options.list) return print_list(*status, options.json);
    if (options.by.empty()) return complain("say who pulls the cords: --by NAME", usage);
    auto rack = cords_of(*status);
    auto asked = chosen(rack, options.elements);
    if (!asked) return usage;
    struct sigaction action {};
    action.sa_handler = interrupt;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    const auto* socket = status->if_contains("control");
    Commissioning commissioning{{.daemon = *daemon,
                                 .rack = std::move(rack),
                                 .socket = socket != nullptr ? std::string{socket->as_string()} : "",
                                 .by = options.by,
                                 .wait = *wait,
                                 .patience = *patience,
                                 .json = options.json},
                                std::move(*asked)};
    return commissioning.perform();
  } catch (const std::exception& error) {
    return complain("that is no answer of a daemon: " + std::string{error.what()}, cannot_know);
  }
}

}  // namespace holdup::cli
