#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>

#include "collector/cli/configuration.hpp"
#include "collector/cli/diary.hpp"
#include "collector/cli/forwarding.hpp"
#include "collector/cli/heap_pages.hpp"
#include "collector/cli/known_series.hpp"
#include "collector/cli/own_engine.hpp"
#include "collector/cli/resident_code.hpp"
#include "collector/cli/rule_past.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/control/listener.hpp"
#include "collector/live/host.hpp"
#include "collector/rules/stored_alerts.hpp"
#include "collector/serve/server.hpp"
#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

// `holdup run`: the daemon, put together. Threads: loop (here), store, serve with its query worker, forward, log, one that reads files on
// reload, and one that reads what rules look back at.
namespace holdup::cli {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t fold_slice = 1'000;             // stored events handed to the core in one step
constexpr ground::Duration alerts_looked_back = 25h;  // for the newest word on each; the core knows how old it may be

// What the store tells, passed on to the page and the streams; they take it from any thread.
class StoreEar final : public store::Listener {
 public:
  StoreEar(serve::Server& server, Diary& diary) : server_{server}, diary_{diary} {}

  /// Who hears which notices of people are on the disk.
  void tell_notices(std::function<void(std::vector<std::string>)> hear) { hear_ = std::move(hear); }

  void durable(std::vector<record::Event> events) override {
    std::vector<std::string> notices;
    for (const auto& event : events)
      if (incident::Notices::is_word(event.verdict)) notices.push_back(event.id);
    if (hear_ && !notices.empty()) hear_(std::move(notices));
    server_.acknowledged(std::move(events));
  }
  void degraded(bool is, const std::string& reason) override {
    is ? spdlog::error("store_degraded reason=\"{}\"", reason) : spdlog::info("store_recovered");
    server_.degraded(is, reason);
  }
  void set_aside(const store::SetAside& damaged) override {
    spdlog::error("store_damaged set_aside={} why=\"{}\" events_saved={} audits_saved={} blobs_saved={}: its samples stay there",
                  damaged.path, damaged.why, damaged.events_saved, damaged.audits_saved, damaged.blobs_saved);
    diary_.set_aside(damaged);
  }
  void lost(const store::Loss& loss) override {
    const auto at = [](std::int64_t ms) { return ground::iso8601(ground::Utc{std::chrono::milliseconds{ms}}); };
    spdlog::error("store_lost what=\"{}\" from={} to={} samples={} why=\"{}\"", loss.what, at(loss.from_ms), at(loss.to_ms), loss.samples,
                  loss.why);
  }
  void committed(const store::Commit& commit) override {
    const std::lock_guard lock{mutex_};
    commits_.observe(commit.took);
  }
  [[nodiscard]] ground::Histogram commits() const {
    const std::lock_guard lock{mutex_};
    return commits_;
  }

 private:
  serve::Server& server_;
  Diary& diary_;
  std::function<void(std::vector<std::string>)> hear_;
  mutable std::mutex mutex_;
  ground::Histogram commits_;
};

/// When the newest sample of a store was recorded; nothing where there is none.
std::optional<ground::Utc> last_sample(const std::string& path) {
  auto reader = store::Reader::open(path);
  const auto seq = reader ? reader->last_recorded() : ground::Result<std::int64_t>{0};
  if (!seq || *seq == 0) return std::nullopt;
  const auto slice = reader->recorded(*seq - 1, 1);
  std::optional<ground::Utc> newest;
  if (slice)
    for (const auto& recorded : slice->recorded)
      for (const auto& point : recorded.points) newest = std::max(newest, std::optional{point.time});
  return newest;
}

/// The newest samples of what rules' alerts wrote of themselves; an end among them counts as none.
std::vector<rules::Derived> stored_alerts(const std::string& path) {
  std::vector<rules::Derived> out;
  auto reader = store::Reader::open(path);
  const auto now = ground::utc(ground::clock::now(), ground::clock::utc_offset());
  for (const auto name : rules::alert_series) {
    const auto series = reader ? reader->series(name, {}) : ground::Result<std::vector<store::StoredSeries>>{reader.error()};
    if (!series) continue;
    std::vector<std::int64_t> rows;
    for (const auto& one : *series) rows.push_back(one.row);
    const auto points = reader->instant(rows, now, alerts_looked_back);
    for (std::size_t i = 0; points && i < points->size(); ++i) {
      if (!(*points)[i] || (*points)[i]->quality != ground::Quality::good) continue;
      std::vector<rules::Label> labels{(*series)[i].series.labels.begin(), (*series)[i].series.labels.end()};
      labels.emplace_back(rules::metric_name, name);
      out.push_back({.labels = std::make_shared<const rules::Labels>(std::move(labels)),
                     .value = (*points)[i]->value,
                     .at = ground::Instant{(*points)[i]->time.time_since_epoch()}});
    }
  }
  return out;
}

class PageEar final : public live::Audience {
 public:
  /// `renewed` is called when other rules are at work, those of the start among them.
  PageEar(serve::Server& server, std::function<void()> renewed) : server_{server}, renewed_{std::move(renewed)} {}

  void hear(const core::Effects& effects) override {
    if (effects.rules) renewed_();
    if (effects.known.empty() && effects.rhythms.empty() && effects.batches.empty() && effects.events.empty() && effects.warnings.empty() &&
        effects.rule_alerts.empty() && !effects.rules)
      return;
    server_.publish({.known = effects.known,
                     .rhythms = effects.rhythms,
                     .batches = effects.batches,
                     .events = effects.events,
                     .warnings = effects.warnings,
                     .rules = effects.rules,
                     .rule_alerts = effects.rule_alerts,
                     .figures = {}});
  }
  void hear(const site::Site& site) override { server_.site_changed(site); }

 private:
  serve::Server& server_;
  std::function<void()> renewed_;
};

void stay_resident() {
  const auto code = keep_code_resident();
  const auto mib = code.bytes >> 20;
  if (code.loose.empty()) return spdlog::info("code_resident mib={}", mib);
  spdlog::info("code_not_locked mib={} reason=\"{}\": a first loss may wait for the disk; set LimitMEMLOCK={}M", mib, code.loose, mib + 16);
}

int complain(const std::string& what) {
  std::cerr << "holdup: " << what << '\n';
  return problem_found;
}

class Daemon {
 public:
  Daemon(RunOptions options, Configuration configuration, serve::Server server, HeapPages& heap_pages)
      : options_{std::move(options)},
        server_{std::move(server)},
        store_ear_{server_, diary_},
        page_ear_{server_, [this] { asio::post(loop_, [this] { look_back(); }); }},
        store_path_{configuration.site.store_path},
        control_as_opened_{configuration.site.control},
        configuration_{std::move(configuration)},
        heap_pages_{heap_pages} {
    store_ear_.tell_notices([this](std::vector<std::string> ids) {
      asio::post(loop_, [this, ids = std::move(ids)] {
        if (control_) control_->durable(ids);
      });
    });
  }

  int run() {
    if (!open_store()) return problem_found;
    forwarding_.set(configuration_.forward, store_path_, store_ ? &*store_ : nullptr);
    const auto tokens = configuration_.tokens_file;
    host_.emplace(live::Parts{.loop = loop_,
                              .store = store_ ? &*store_ : nullptr,
                              .audience = page_ear_,
                              .boot = ground::clock::boot_id(),
                              .seed = static_cast<std::uint64_t>(ground::clock::now().time_since_epoch().count()),
                              .answered = [this](const core::Answer& answer) { hand_back(answer); }},
                  swap_of(std::move(configuration_), own_engine_));
    restore();
    open_control(
        {.path = control_as_opened_.socket, .group = control_as_opened_.group, .tokens_file = tokens, .stored = store_.has_value()});
    watch_signals();
    tell_figures();
    std::cout << "ready http://" << server_.endpoint() << "/" << std::endl;
    turn();
    if (store_) diary_.stopped();
    spdlog::info("stopped");
    return fine;
  }

 private:
  static live::Swap swap_of(Configuration configuration, OwnEngine& own) {
    auto engine = own.of(configuration);
    return {.site = std::make_unique<const site::Site>(std::move(configuration.site)),
            .rules = std::move(configuration.rules),
            .profiles = std::move(configuration.profiles),
            .accesses = std::move(configuration.accesses),
            .engine = std::move(engine)};
  }

  bool open_store() {
    if (store_path_.empty()) return spdlog::warn("store_none: nothing is kept; write store: {path: …}"), true;
    keeping_ = configuration_.site.keeping;
    auto opened = store::Store::open({.path = store_path_,
                                      .boot = ground::clock::boot_id(),
                                      .retention = {.raw = keeping_.raw,
                                                    .minute = keeping_.minute,
                                                    .hour = keeping_.hour,
                                                    .max_bytes = static_cast<std::uint64_t>(keeping_.max_bytes)}},
                                     store_ear_);
    if (!opened) return complain(opened.error().what), false;
    store_.emplace(std::move(*opened));
    diary_.open(*store_);
    diary_.started(options_.path);
    return true;
  }

  // The past, folded before the first poll: what was latched stays latched.
  void restore() {
    std::int64_t seq = 0;
    std::optional<ground::Utc> newest = store_ ? last_sample(store_path_) : std::nullopt;
    while (store_) {
      auto reader = store::Reader::open(store_path_);
      auto slice = reader ? reader->events(seq, fold_slice) : ground::Result<std::vector<store::StoredEvent>>{reader.error()};
      if (!slice) {
        spdlog::error("store_unreadable reason=\"{}\": starting without the past", slice.error().what);
        break;
      }
      if (slice->empty()) break;
      std::vector<record::Event> events;
      for (auto& stored : *slice)
        seq = stored.seq, newest = std::max(newest, std::optional{stored.event.time}), events.push_back(std::move(stored.event));
      server_.restored({.events = events, .last = false});
      host_->restore({.events = std::move(events), .last = false});
    }
    server_.restored({.events = {}, .last = true});
    auto alerts = store_ ? stored_alerts(store_path_) : std::vector<rules::Derived>{};
    auto known = store_ ? known_series(store_path_, ground::utc(ground::clock::now(), ground::clock::utc_offset()))
                        : std::vector<core::KnownSeries>{};
    host_->restore({.events = {},
                    .last = true,
                    .watched_until = newest,
                    .alerts = std::move(alerts),
                    .past_follows = store_.has_value(),
                    .known = std::move(known)});
  }

  // Beside the loop, which goes on; the rules that look back wait. First when the loop begins to run, which is after restore().
  void look_back() {
    if (!store_) return;
    auto waiting = host_->machine().rules_awaiting_past();
    if (!waiting.empty()) past_.begin(host_->machine().rules(), std::move(waiting));
  }

  // Where local people ask for what changes something. Without it the daemon watches all the same.
  void open_control(control::Options options) {
    if (options.path.empty()) return;
    options.path = std::filesystem::absolute(options.path).string();  // verbs ask from anywhere
    const auto hand = [this](core::Asked asked) {
      asio::post(loop_, [this, asked = std::move(asked)]() mutable { host_->ask(std::move(asked)); });
    };
    auto opened = control::Listener::open(std::move(options), hand);
    if (!opened) return spdlog::error("control_unavailable reason=\"{}\"", opened.error().what);
    control_ = std::move(*opened);
  }

  void hand_back(const core::Answer& answer) {
    if (control_) control_->answer(answer);
  }

  void watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGHUP) return stop();
      if (host_->machine().notices().hands_off())
        host_->ask({.ticket = 0, .who = "a signal", .request = core::Permit{"reload"}});  // refused, and noted so
      else
        asio::post(reader_, [this] { reload(); });
      watch_signals();
    });
  }

  // On the reading thread: files may be slow. The loop only swaps what was read and found good.
  void reload() {
    ground::Problems problems;
    auto configuration = load_configuration(options_.path, options_.profiles, problems);
    for (const auto& problem : problems.all()) spdlog::warn("configuration {}", problem.text());
    if (store_) diary_.reloaded(problems);
    if (!problems.ok()) return spdlog::error("reload_refused: the former configuration stays");
    if (configuration.site.store_path != store_path_) spdlog::warn("store_path_unchanged: a new path needs a restart");
    if (configuration.site.control != control_as_opened_) spdlog::warn("control_unchanged: control and handsoff need a restart");
    if (configuration.site.keeping != keeping_) spdlog::warn("store_keeping_unchanged: raw, minute, hour and max_bytes need a restart");
    forwarding_.set(configuration.forward, store_path_, store_ ? &*store_ : nullptr);
    auto swap = std::make_shared<live::Swap>(swap_of(std::move(configuration), own_engine_));
    asio::post(loop_, [this, swap] { host_->swap(std::move(*swap)); });
  }

  void tell_figures() {
    figures_timer_.expires_after(1s);
    figures_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || stopping_) return;
      heap_pages_.look_after();
      serve::OwnFigures figures{.poll = host_->fleet().round_trips(),
                                .detect = host_->figures().detect,
                                .loop_turn = turns_,
                                .store_commit = store_ear_.commits(),
                                .dropped = host_->dropped()};
      figures.rule_errors = host_->machine().rule_errors();
      if (store_) {
        figures.store = store_->standing();
        figures.dropped["samples"] = figures.store->dropped_samples;
      }
      host_->fleet().add_dropped(figures.dropped);
      add_traps(figures);
      add_contacts(figures);
      figures.control_socket = control_ ? control_->path() : "";
      figures.forward = forwarding_.figures();
      server_.publish({.known = {},
                       .rhythms = {},
                       .batches = {},
                       .events = {},
                       .warnings = {},
                       .rules = {},
                       .rule_alerts = {},
                       .figures = std::move(figures)});
      tell_figures();
    });
  }

  void add_traps(serve::OwnFigures& figures) const {
    const auto counters = host_->traps().counters();
    figures.traps_endpoint = host_->traps().endpoint();
    figures.traps_received = counters.received;
    figures.informs_acknowledged = counters.acknowledged;
    figures.trap_reports_sent = counters.reports;
    drivers::add_dropped(counters, figures.dropped);
  }

  void add_contacts(serve::OwnFigures& figures) const {
    const auto counters = host_->contacts().counters();
    figures.contact_edges = counters.edges;
    figures.dropped["contact_edges"] = counters.lost;
    figures.dropped["contact_edges_unknown"] = counters.maybe_lost;
  }

  // A turn is what runs between two waits.
  void turn() {
    while (!loop_.stopped()) {
      if (loop_.run_one() == 0) break;
      const auto began = ground::clock::now();
      loop_.poll();
      turns_.observe(ground::clock::now() - began);
    }
  }

  void stop() {
    if (std::exchange(stopping_, true)) return;
    spdlog::info("stopping");
    host_->stop();
    past_.stop();
    if (control_) control_->stop();
    reader_.join();
    // Questions under way end by themselves, most at once; an identification may take longer than a person waits.
    figures_timer_.expires_after(1s);
    figures_timer_.async_wait([this](const boost::system::error_code&) { loop_.stop(); });
  }

  RunOptions options_;
  asio::io_context loop_{1};
  serve::Server server_;
  Diary diary_;
  StoreEar store_ear_;
  PageEar page_ear_;
  std::string store_path_;
  site::Keeping keeping_;  // as the store was opened with
  site::Control control_as_opened_;
  OwnEngine own_engine_;  // used before the loop runs, then by the reading thread
  Configuration configuration_;
  std::optional<store::Store> store_;
  Forwarding forwarding_;
  asio::thread_pool reader_{1};
  RulePast past_{store_path_, [this](std::function<void()> call) { asio::post(loop_, std::move(call)); },
                 [this](core::Past past) { host_->take(std::move(past)); }};
  std::unique_ptr<control::Listener> control_;
  std::optional<live::Host> host_;
  asio::signal_set signals_{loop_, SIGINT, SIGTERM, SIGHUP};
  asio::steady_timer figures_timer_{loop_};
  HeapPages& heap_pages_;
  ground::Histogram turns_;
  bool stopping_ = false;
};

/// The message itself: of strangers' texts in it nothing reaches a terminal but what can be shown.
class Shown final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto text = ground::printable({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<Shown>(); }
};

void log_to_stderr() {
  spdlog::init_thread_pool(8192, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger =
      std::make_shared<spdlog::async_logger>("holdup", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  auto lines = std::make_unique<spdlog::pattern_formatter>();
  lines->add_flag<Shown>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %*");
  logger->set_formatter(std::move(lines));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace

int run(const RunOptions& options) {
  HeapPages heap_pages;
  ground::Problems problems;
  auto configuration = load_configuration(options.path, options.profiles, problems);
  if (!print_problems(problems, false)) return usage;
  log_to_stderr();
  stay_resident();
  auto server =
      serve::Server::start({.listen = configuration.site.http_listen, .store_path = configuration.site.store_path}, configuration.site);
  const int code = server ? Daemon{options, std::move(configuration), std::move(*server), heap_pages}.run() : complain(server.error().what);
  spdlog::shutdown();
  return code;
}

}  // namespace holdup::cli
