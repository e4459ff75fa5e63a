#include "collector/live/host.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "collector/capture/sheet.hpp"
#include "collector/core/registry.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"
#include "ground/heap.hpp"

namespace holdup::live {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr ground::Duration post_limit = 10s;  // Prometheus' notifier gives a post as long
constexpr std::size_t most_waiting_events = 100'000;
constexpr ground::Duration way = 200us;  // of an alert from the kernel to a listener or relay on this machine, which may need the processor

std::shared_ptr<deliver::Outbox> outbox_for(asio::io_context& loop, const site::Site& site) {
  std::vector<deliver::Target> targets;
  const auto add = [&](deliver::Receiver receiver, const std::vector<std::string>& all) {
    for (const auto& url : all) {
      auto target = deliver::parse_target(receiver, url);
      HOLDUP_EXPECT(target.has_value());  // refused by site::parse before
      targets.push_back(std::move(*target));
    }
  };
  add(deliver::Receiver::alertmanager, site.alerts.alertmanager);
  add(deliver::Receiver::webhook, site.alerts.webhook);
  return std::make_shared<deliver::Outbox>(loop.get_executor(), std::move(targets));
}

std::uint64_t at_once(const deliver::Outbox& outbox) {
  std::uint64_t posts = 0;
  for (std::size_t target = 0; target < outbox.targets(); ++target) posts += outbox.tally(target).at_once;
  return posts;
}

// A 4xx (but 429) will not be taken a second time either: the alert counts as handed over, the log says what the target thought.
bool is_final(int status) { return status < 500 && status != 429; }

// The outbox lives until its answer is here, also when a reload replaced it.
asio::awaitable<core::Delivered> answered(std::shared_ptr<deliver::Outbox>, std::size_t target, std::uint64_t token,
                                          asio::awaitable<ground::Result<int>> answer) {
  const auto status = co_await std::move(answer);
  if (status && *status >= 300) spdlog::warn("alert_refused target={} status={}", target, *status);
  if (!status) spdlog::warn("alert_post_failed target={} reason={}", target, status.error().what);
  co_return core::Delivered{.target = target, .token = token, .accepted = status && is_final(*status)};
}

}  // namespace

Host::Host(Parts parts, Swap configuration)
    : parts_{std::move(parts)},
      machine_{{.site = std::move(configuration.site), .rules = std::move(configuration.rules), .clock = &ground::clock::now}},
      commons_{std::make_shared<drivers::V3Commons>(parts_.loop.get_executor())},
      fleet_{parts_.loop, static_cast<std::uint32_t>(parts_.seed), commons_, [this](core::Input&& input) { step(std::move(input)); }},
      trap_desk_{parts_.loop, commons_, [this](core::Input&& input) { step(std::move(input)); }},
      contact_desk_{parts_.loop, [this](core::Input&& input) { step(std::move(input)); }},
      outbox_{outbox_for(parts_.loop, machine_.site())},
      timer_{parts_.loop},
      rehearsal_timer_{parts_.loop} {
  man(configuration, machine_.site());
  step(core::Started{.boot = parts_.boot, .seed = parts_.seed});
  rehearse();
}

Host::~Host() { stop(); }

void Host::restore(core::Restored slice) {
  const bool last = slice.last;
  step(std::move(slice));
  if (!last) return;
  contact_desk_.man(machine_.site());
  tell_listening();
}

void Host::tell_listening() {
  if (auto endpoint = trap_desk_.endpoint(); !endpoint.empty()) step(core::Listening{std::move(endpoint)});
}

void Host::man(Swap& configuration, const site::Site& site) {
  if (configuration.engine) trap_desk_.speak_as(*configuration.engine);
  trap_desk_.man(site, *configuration.profiles, configuration.accesses);
  fleet_.man(site, std::move(configuration.profiles), configuration.accesses);
}

void Host::swap(Swap configuration) {
  const bool same_targets = configuration.site->alerts.alertmanager == machine_.site().alerts.alertmanager &&
                            configuration.site->alerts.webhook == machine_.site().alerts.webhook;
  if (!same_targets) outbox_ = outbox_for(parts_.loop, *configuration.site);
  man(configuration, *configuration.site);
  parts_.audience.hear(*configuration.site);
  step(core::SiteChanged{.site = std::move(configuration.site), .rules = std::move(configuration.rules)});
  contact_desk_.man(machine_.site());
  tell_listening();
}

// Alerts leave before anything else is made of the input: before the store, the page, the log, and the next questions.
void Host::step(core::Input&& input) {
  if (stopping_) return;
  const auto now = ground::clock::now();
  const auto posts = machine_.tell({.now = now, .utc_offset = ground::clock::utc_offset()}, std::move(input));
  const bool left = deliver(posts);
  const auto took = ground::clock::now() - now;
  if (left) std::this_thread::sleep_for(way);
  auto effects = machine_.follow();
  if (!posts.empty() && !effects.events.empty()) figures_.detect.observe(took);
  deliver(effects.posts);
  perform(effects);
}

// On a kept connection they have left when it returns. Whether any has.
bool Host::deliver(const std::vector<core::Post>& posts) {
  const auto before = at_once(*outbox_);
  delivering_ = true;
  for (const auto& post : posts) deliver(post);
  delivering_ = false;
  return at_once(*outbox_) != before;
}

void Host::perform(core::Effects& effects) {
  fleet_.perform(effects.orders);
  parts_.audience.hear(effects);
  for (const auto& line : effects.logs) write(line);
  keep(effects);
  for (const auto& answer : effects.answers)
    if (parts_.answered) parts_.answered(answer);
  arm(effects.timer);
}

void Host::deliver(const core::Post& post) {
  auto sending = answered(outbox_, post.target, post.token, outbox_->post(post.target, post.body, ground::clock::now() + post_limit));
  asio::co_spawn(parts_.loop, std::move(sending), [this](const std::exception_ptr& broken, const core::Delivered& delivered) {
    if (broken) return;
    if (!delivering_) return step(delivered);
    asio::post(parts_.loop, [this, delivered] { step(delivered); });  // never within the step that posted
  });
}

void Host::keep(core::Effects& effects) {
  if (parts_.store == nullptr) return;
  for (auto& event : effects.events) waiting_.push_back(std::move(event));
  for (; waiting_.size() > most_waiting_events; waiting_.pop_front()) ++figures_.dropped["events"];
  keep_waiting_events();
  for (auto& record : effects.audits)
    if (const auto kept = parts_.store->append(std::move(record)); !kept) spdlog::error("audit_dropped reason=\"{}\"", kept.error().what);
  for (auto& batch : effects.batches) parts_.store->append(std::move(batch));
  for (const auto& known : effects.known) keep_sheet(known);
}

void Host::keep_sheet(const core::Known& known) {
  const auto& site = machine_.site();
  if (known.device >= site.devices.size()) return;
  capture::Sheet sheet{.profile = known.identity.profile,
                       .vendor = known.identity.vendor,
                       .model = known.identity.model,
                       .firmware = known.identity.firmware,
                       .identified = ground::utc(ground::clock::now(), ground::clock::utc_offset()),
                       .points = {}};
  for (std::size_t p = 0; p < known.points.size(); ++p) {
    const auto& point = known.points[p];
    const auto period = p < known.periods.size() ? std::optional{known.periods[p]} : std::nullopt;
    sheet.points[core::series_of(site, known.device, point).text()] = {.source = point.source, .period = period, .refresh = point.refresh};
  }
  const auto text = to_json(sheet);
  const auto& name = site.devices[known.device].name;
  if (const auto kept = parts_.store->put({.kind = capture::sheet_kind, .key = name, .bytes = {text.begin(), text.end()}}); !kept)
    spdlog::warn("points_not_kept device={} reason=\"{}\"", name, kept.error().what);
}

std::map<std::string, std::uint64_t> Host::dropped() const {
  auto out = machine_.dropped();
  out.insert(figures_.dropped.begin(), figures_.dropped.end());
  return out;
}

void Host::keep_waiting_events() {
  while (!waiting_.empty() && parts_.store->append(waiting_.front())) waiting_.pop_front();
}

void Host::arm(std::optional<ground::Instant> at) {
  if (!at) return;
  timer_.expires_after(std::max<ground::Duration>(*at - ground::clock::now(), 0ns));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) step(core::TimerDue{});
  });
}

void Host::rehearse() {
  (void)rehearsal_.play();
  trap_desk_.rehearse();
  ground::sort_freed();
  rehearsal_timer_.expires_after(core::Rehearsal::every);
  rehearsal_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) rehearse();
  });
}

void Host::write(const core::LogLine& line) {
  switch (line.level) {
    case core::LogLine::Level::info:
      spdlog::info("{}", line.text);
      break;
    case core::LogLine::Level::warning:
      spdlog::warn("{}", line.text);
      break;
    case core::LogLine::Level::error:
      spdlog::error("{}", line.text);
      break;
  }
}

void Host::stop() {
  if (std::exchange(stopping_, true)) return;
  timer_.cancel();
  rehearsal_timer_.cancel();
  fleet_.stop();
  trap_desk_.stop();
  contact_desk_.stop();
  outbox_->stop();
}

}  // namespace holdup::live
