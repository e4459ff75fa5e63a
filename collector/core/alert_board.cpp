#include "collector/core/alert_board.hpp"

#include <algorithm>

#include "ground/json_writer.hpp"

namespace holdup::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration resend = 1min;       // Prometheus' resend-delay
constexpr Duration lives = 4 * resend;  // endsAt of what fires: it outlives three lost resends
constexpr Duration keeps = 15min;       // resolved alerts are repeated for so long
constexpr std::size_t most = 10'000;
constexpr std::size_t batch = 256;
constexpr std::size_t most_replaced = 16;
constexpr std::size_t usual_bytes = 1024;  // of an alert, written

std::string identity(const Labels& labels) {
  std::string text;
  text.reserve(usual_bytes / 4);
  for (const auto& [name, value] : labels) text.append(name).append(1, '\x1f').append(value).append(1, '\x1e');
  return text;
}

void write_pairs(ground::JsonWriter& out, std::string_view key, const Labels& pairs) {
  out.key(key).begin_object();
  for (const auto& [name, value] : pairs)
    if (!value.empty()) out.field(name, value);
  out.end_object();
}

void write(ground::JsonWriter& out, const AlertBoard::Entry& entry, ground::Utc now) {
  out.begin_object();
  write_pairs(out, "labels", entry.alert.labels);
  write_pairs(out, "annotations", entry.alert.annotations);
  const auto ends = entry.ends ? std::min(*entry.ends, now) : now + lives;  // the clock may have been set back since
  out.field("startsAt", ground::iso8601(std::min(entry.alert.starts, ends))).field("endsAt", ground::iso8601(ends));
  out.field("generatorURL", entry.alert.generator).end_object();
}

}  // namespace

void AlertBoard::fire(Alert alert) {
  const auto key = identity(alert.labels);
  if (!entries_.contains(key) && entries_.size() >= most) return void(++dropped_);
  Entry& entry = entries_[key];
  if (entry.version != 0 && !entry.ends) {
    if (entry.alert.annotations == alert.annotations) return;
    alert.starts = entry.alert.starts;
  }
  std::swap(entry.alert, alert);
  if (replaced_.size() >= most_replaced) replaced_.clear();
  if (entry.version != 0) replaced_.push_back(std::move(alert));
  entry.ends.reset();
  renew(entry);
}

void AlertBoard::resolve(const Labels& labels, Instant now, ground::Utc ends) {
  forget_old(now);
  const auto at = entries_.find(identity(labels));
  if (at == entries_.end() || at->second.ends) return;
  at->second.ends = ends;
  at->second.resolved_at = now;
  renew(at->second);
}

void AlertBoard::renew(Entry& entry) {
  by_version_.erase(entry.version);
  entry.version = ++versions_;
  by_version_.emplace_hint(by_version_.end(), entry.version, &entry);
}

std::vector<Post> AlertBoard::due(Instant now, Duration utc_offset) {
  std::vector<Post> posts;
  for (std::size_t t = 0; t < told_.size(); ++t) {
    Target& target = told_[t];
    if (target.in_flight != 0 || target.not_before > now) continue;
    const bool repeat = target.resend_at <= now;
    if (repeat) forget_old(now);
    if (entries_.empty() || (!repeat && !has_news(target))) continue;
    if (repeat) target.told = 0, target.resend_at = now + resend;
    target.in_flight = ++tokens_;
    posts.push_back({.target = t, .token = target.in_flight, .body = write_news(target, ground::utc(now, utc_offset))});
  }
  return posts;
}

std::string AlertBoard::write_news(Target& target, ground::Utc now) const {
  ground::JsonWriter body;
  body.reserve(usual_bytes);
  body.begin_array();
  auto news = by_version_.upper_bound(target.told);
  for (std::size_t n = 0; n < batch && news != by_version_.end(); ++n, ++news) {
    write(body, *news->second, now);
    target.carried = news->first;
  }
  body.end_array();
  return body.take();
}

void AlertBoard::delivered(std::size_t t, std::uint64_t token, bool accepted, Instant now) {
  if (t >= told_.size() || told_[t].in_flight != token) return;
  replaced_.clear();
  Target& target = told_[t];
  target.in_flight = 0;
  target.failures = accepted ? 0 : target.failures + 1;
  if (accepted) target.told = target.carried;
  target.not_before = accepted ? now : now + std::min<Duration>(30s, 250ms * (1 << std::min(target.failures, 8u)));
}

std::optional<Instant> AlertBoard::next_due() const {
  Instant next = Instant::max();
  for (const Target& target : told_) {
    if (target.in_flight != 0 || entries_.empty()) continue;
    next = std::min(next, has_news(target) ? target.not_before : std::max(target.not_before, target.resend_at));
  }
  return next == Instant::max() ? std::nullopt : std::optional{next};
}

void AlertBoard::forget_old(Instant now) {
  std::erase_if(entries_, [&](const auto& e) {
    const bool old = e.second.ends && now - e.second.resolved_at > keeps;
    if (old) by_version_.erase(e.second.version);
    return old;
  });
}

}  // namespace holdup::core
