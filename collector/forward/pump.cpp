#include "collector/forward/pump.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <string_view>

namespace holdup::forward {
namespace {

using ground::Duration;
using ground::Instant;
using ground::Result;

constexpr std::size_t requests_a_slice = 5;  // where so much waits: reading a chunk again for each request would cost more
constexpr std::size_t slices_a_move = 4;     // that hold nothing for this target
constexpr std::size_t most_notes = 100;

/// A 4xx that says nothing of the samples: the way, the proof or the moment is wrong, and may be mended.
bool may_be_mended(int status) {
  constexpr std::array<int, 8> all{401, 403, 404, 405, 407, 408, 425, 429};
  return std::ranges::find(all, status) != all.end();
}

bool refuses_samples(int status) { return status >= 400 && status < 500 && !may_be_mended(status); }

/// By the words of Prometheus and its kin.
bool says_out_of_order(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return c == '-' ? ' ' : static_cast<char>(std::tolower(c)); });
  return lower.find("out of order") != std::string::npos || lower.find("duplicate sample") != std::string::npos;
}

/// Of a number, evenly within [0, 1): thousands of racks that lost one receiver must not come back at once.
double share_of(std::uint64_t number) {
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<double>((number ^ (number >> 31U)) >> 11U) / static_cast<double>(1ULL << 53U);
}

Duration scaled(Duration pause, double by) { return std::chrono::duration_cast<Duration>(by * pause); }

/// Another one for each rack and target.
std::uint64_t seed_of(const Target& target) {
  std::string text = target.name + target.authority;
  for (const auto& [name, value] : target.labels) text += name + value;
  return std::hash<std::string>{}(text);
}

std::string text_of(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) out += (out.empty() ? "{" : ",") + name + "=\"" + value + "\"";
  return out + "}";
}

std::string text_of(const Answer& answer) { return std::to_string(answer.status) + (answer.text.empty() ? "" : " " + answer.text); }

}  // namespace

Pump::Pump(const Target& target, Source& source, Limits limits)
    : target_{target}, source_{source}, limits_{limits}, shaper_{target}, undurable_{limits.undurable}, seed_{seed_of(target)} {
  figures_.target = target.name;
}

void Pump::begin() {
  const auto cursor = source_.cursor(cursor_name());
  const auto last = source_.last_recorded();
  if (!cursor || !last) return;
  file_ = source_.file();
  begun_ = true;
  position_ = *cursor ? std::clamp<std::int64_t>(**cursor, 0, *last) : target_.history ? 0 : *last;  // beyond the ends is damage …
  remembered_ = !*cursor;
  if (*cursor != position_) source_.keep(cursor_name(), position_);  // … which another start would read otherwise
}

/// What went on before this run, so that its end is told.
void Pump::remember() {
  remembered_ = true;
  const auto lasting = source_.lasting(position_);
  if (!lasting) return note(false, "which series went on is not known, none of them is ended: " + lasting.error().what);
  for (const auto& [row, point] : *lasting)
    if (point.quality == ground::Quality::good)
      shaper_.remember(row, std::chrono::floor<std::chrono::milliseconds>(point.time).time_since_epoch().count());
}

/// The store was set aside while we ran: all that the new file holds is new. What is at hand of the old one still goes.
void Pump::begin_anew() {
  file_ = source_.file();
  position_ = 0;
  if (slice_to_) slice_to_ = 0;
  shaper_ = Shaper{target_};
  ahead_.clear();
  ahead_samples_ = 0;
  source_.keep(cursor_name(), 0);
}

Pump::Move Pump::next(Instant now) {
  if (!begun_) begin();
  if (!begun_) return {.post = {}, .until = now + std::chrono::seconds{1}};
  if (!remembered_) remember();
  if (now < pause_until_) return {.post = {}, .until = pause_until_};
  const bool readable = slice_to_ && source_.last_recorded();
  if (readable && source_.file() != file_) begin_anew();  // or a restart finds no cursor in the new file
  for (std::size_t slices = 0; pieces_.empty(); ++slices) {
    if (slice_to_ && slices == 0 && !readable) return {.post = {}, .until = now + std::chrono::seconds{1}};  // the file may be another one
    if (slice_to_) finish_slice();
    if (slices == slices_a_move) return {.post = {}, .until = now};
    if (!may_read(now)) return {.post = {}, .until = now + limits_.look};
    const Read got = read();
    if (got == Read::nothing) return {.post = {}, .until = now + limits_.look};
    if (got == Read::failed) return {.post = {}, .until = now + std::chrono::seconds{1}};
  }
  Piece& piece = pieces_.front();
  if (piece.body.empty()) piece.body = encode(piece.passages);
  ++figures_.requests;
  figures_.bytes += piece.body.size();
  return {.post = piece.body, .until = {}};
}

Pump::Read Pump::read() {
  const auto failed = [&](const std::string& what) {
    if (!std::exchange(store_trouble_, true)) note(true, "the store cannot be read: " + what);
    return Read::failed;
  };
  const auto last = source_.last_recorded();
  if (!last) return failed(last.error().what);
  if (source_.file() != file_) begin_anew();
  behind_ = *last > position_;
  if (!behind_) return Read::nothing;
  const auto slice = source_.recorded(position_, requests_a_slice * target_.max_samples);
  if (!slice) return failed(slice.error().what);
  if (slice->to <= position_) return Read::nothing;
  auto passages = shaper_.shape(*slice, [&](std::int64_t row) { return source_.series_at(row); });
  if (!passages) return failed(passages.error().what);
  if (source_.file() != file_) return begin_anew(), Read::nothing;  // where its rows are other series
  if (std::exchange(store_trouble_, false)) note(false, "the store can be read again");
  if (!slice->complete)
    note(true, "the store holds not all of " + std::to_string(position_ + 1) + " to " + std::to_string(slice->to) +
                   " any more: that was not forwarded");
  slice_to_ = slice->to;
  behind_ = *last > *slice_to_;
  cut(*std::move(passages));
  return Read::something;
}

/// No more may be repeated after a crash than `undurable_`: that is also the pace of catching up.
bool Pump::may_read(Instant now) {
  if (ahead_samples_ < undurable_) return true;
  if (const auto durable = source_.cursor(cursor_name()); durable && *durable)
    while (!ahead_.empty() && ahead_.front().first <= **durable) {
      ahead_samples_ -= ahead_.front().second;
      ahead_.pop_front();
    }
  if (!waits_since_) waits_since_ = now;
  if (ahead_samples_ >= undurable_ && now - *waits_since_ < limits_.undurable_wait) return false;
  if (ahead_samples_ >= undurable_) ahead_.clear(), ahead_samples_ = 0;
  waits_since_.reset();
  return true;
}

/// Into requests of at most `max_samples`.
void Pump::cut(std::vector<Passage> passages) {
  std::size_t all = 0;
  Piece piece;
  oldest_ms_.reset();
  for (Passage& passage : passages) {
    oldest_ms_ = std::min(oldest_ms_.value_or(passage.samples.front().time_ms), passage.samples.front().time_ms);
    newest_ms_ = std::max(newest_ms_.value_or(passage.samples.back().time_ms), passage.samples.back().time_ms);
    all += passage.samples.size();
    for (std::size_t from = 0; from < passage.samples.size();) {
      if (piece.samples == target_.max_samples) pieces_.push_back(std::exchange(piece, {}));
      const auto count = std::min(passage.samples.size() - from, target_.max_samples - piece.samples);
      const auto begin = passage.samples.begin() + static_cast<std::ptrdiff_t>(from);
      piece.passages.push_back({passage.labels, {begin, begin + static_cast<std::ptrdiff_t>(count)}});
      piece.samples += count;
      from += count;
    }
  }
  if (piece.samples > 0) pieces_.push_back(std::move(piece));
  if (all > 0) ahead_.emplace_back(*slice_to_, all);
  ahead_samples_ += all;
  undurable_ = std::max(undurable_, 3 * all);  // what is recorded in a second must fit
}

void Pump::finish_slice() {
  position_ = *std::exchange(slice_to_, std::nullopt);
  oldest_ms_.reset();
  source_.keep(cursor_name(), position_);
  if (const auto count = std::exchange(slice_set_aside_, 0); count > 0)
    note(true, std::to_string(count) + " samples set aside, the first: " + slice_why_);
}

void Pump::answered(const Result<Answer>& answer, Instant now) {
  if (pieces_.empty()) return;
  const bool taken_up = answer && answer->status >= 200 && answer->status < 300;
  if (!taken_up && !(answer && refuses_samples(answer->status))) return put_again(answer, now);
  if (!std::exchange(figures_.up, true)) note(false, "samples are taken");
  failures_ = 0;
  failing_since_.reset();
  taken_up ? taken() : refused(*answer);
}

void Pump::taken() {
  figures_.samples += pieces_.front().samples;
  pieces_.pop_front();
  refusals_ = order_refusals_ = 0;
}

/// Halves find what is wrong. What was stored of the refused request comes once more, the same: receivers take that.
void Pump::refused(const Answer& answer) {
  Piece piece = std::move(pieces_.front());
  pieces_.pop_front();
  const bool all_in_vain = refusals_ >= limits_.refusals || order_refusals_ >= undurable_;
  if (piece.samples == 1 || all_in_vain)
    set_aside(piece, answer);
  else
    halve(std::move(piece));
}

void Pump::set_aside(const Piece& piece, const Answer& answer) {
  if (says_out_of_order(answer.text)) {
    figures_.out_of_order += piece.samples;
    ++order_refusals_;
    return;
  }
  ++refusals_;
  figures_.set_aside += piece.samples;
  if (slice_set_aside_ == 0) slice_why_ = text_of(*piece.passages.front().labels) + ": " + text_of(answer);
  slice_set_aside_ += piece.samples;
}

/// By series; one series by time.
void Pump::halve(Piece piece) {
  Piece first, second;
  if (piece.passages.size() > 1) {
    const auto middle = piece.passages.begin() + static_cast<std::ptrdiff_t>(piece.passages.size() / 2);
    first.passages.assign(piece.passages.begin(), middle);
    second.passages.assign(middle, piece.passages.end());
  } else {
    const Passage& only = piece.passages.front();
    const auto middle = only.samples.begin() + static_cast<std::ptrdiff_t>(only.samples.size() / 2);
    first.passages.push_back({only.labels, {only.samples.begin(), middle}});
    second.passages.push_back({only.labels, {middle, only.samples.end()}});
  }
  for (Piece* half : {&second, &first}) {
    for (const Passage& passage : half->passages) half->samples += passage.samples.size();
    pieces_.push_front(std::move(*half));
  }
}

void Pump::put_again(const Result<Answer>& answer, Instant now) {
  ++figures_.retries;
  if (!failing_since_) failing_since_ = now;
  const bool first = failures_ == 0;
  const bool was_up = std::exchange(figures_.up, false);
  const auto longest = now - *failing_since_ >= limits_.long_failure ? limits_.long_pause : limits_.usual_pause;
  Duration pause = limits_.first_pause;
  for (unsigned i = 0; i < failures_ && pause < longest; ++i) pause *= 2;
  const double share = share_of(seed_ + figures_.retries);
  pause = scaled(std::min(pause, longest), 1 - share / 4);
  if (answer && answer->retry_after) pause = std::max(pause, scaled(std::min(*answer->retry_after, limits_.longest_wish), 1 + share / 10));
  if (failures_ < 64) ++failures_;
  pause_until_ = now + pause;
  if (first && (was_up || figures_.samples == 0)) note(true, "samples wait: " + (answer ? text_of(*answer) : answer.error().what));
}

Figures Pump::figures() const {
  auto figures = figures_;
  const auto waiting = oldest_ms_ ? oldest_ms_ : behind_ ? newest_ms_ : std::nullopt;
  if (waiting) figures.waiting_since = ground::Utc{std::chrono::milliseconds{*waiting}};
  return figures;
}

void Pump::note(bool grave, std::string text) {
  if (notes_.size() < most_notes) notes_.push_back({grave, "target=" + target_.name + " " + std::move(text)});
}

}  // namespace holdup::forward
