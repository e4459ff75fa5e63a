#include "drivers/snmp/agent.hpp"

#include <algorithm>
#include <numeric>

#include "drivers/snmp/sockets.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;

namespace {

constexpr std::size_t most_answers = 20'000 * 4;  // cells of 20,000 points with their scales and names

bool is_too_big(const Failure& failure) { return failure.kind == FailureKind::unsupported; }

ground::Instant sooner(ground::Instant deadline, ground::Duration patience) { return std::min(deadline, ground::clock::now() + patience); }

/// The answers to a GETNEXT stand in the order of the names, those to a GET may be told by their own.
const Varbind* varbind_of(const Response& response, std::size_t place, Ask ask, const Oid& name) {
  if (ask == Ask::get_next) return place < response.varbinds.size() ? &response.varbinds[place] : nullptr;
  if (place < response.varbinds.size() && response.varbinds[place].oid() == name) return &response.varbinds[place];
  for (const Varbind& varbind : response.varbinds)
    if (varbind.oid() == name) return &varbind;
  return nullptr;
}

}  // namespace

/// A part of the names, and the place for their answers.
struct Agent::Pack {
  Ask ask;  // get or get_next
  std::span<const Oid> names;
  std::span<Answer> answers;
};

void Agent::heed(const profile::Quirks& quirks) {
  quirks_ = quirks;
  if (quirks.v1_only && version_ == Version::v2c) version_ = Version::v1;
}

asio::awaitable<Result<std::size_t>> Agent::get(std::span<const Bytes> lists, Patience patience, Taker& taker, Late late) {
  const Series series{
      .version = version_, .lists = lists, .deadline = patience.deadline, .resend_after = patience.resend_after, .late = late};
  return between_requests_ > ground::Duration{} ? ask_gently(series, taker) : asker_.ask_all(series, taker);
}

namespace {

/// One list of a series that is asked piece by piece.
class Nth final : public Taker {
 public:
  Nth(Taker& whole, std::size_t which) : whole_{whole}, which_{which} {}
  bool take(std::size_t, const Heard& heard) override {
    more = whole_.take(which_, heard);
    return false;
  }
  bool more = false;

 private:
  Taker& whole_;
  std::size_t which_;
};

}  // namespace

asio::awaitable<Result<std::size_t>> Agent::ask_gently(Series series, Taker& taker) {
  for (std::size_t i = 0; i < series.lists.size(); ++i) {
    const bool over = co_await be_free(series.deadline);
    if (!over) co_return Failure{FailureKind::cancelled, "stopped"};
    Series one = series;
    one.lists = series.lists.subspan(i, 1);
    one.late.which += i;
    Nth nth{taker, i};
    const auto answered = co_await asker_.ask_all(one, nth);
    free_at_ = ground::clock::now() + between_requests_;
    if (!answered && i == 0) co_return answered.error();
    if (!answered) co_return i;
    if (!nth.more) co_return i + 1;
  }
  co_return series.lists.size();
}

asio::awaitable<Result<Reply>> Agent::ask_gently(Inquiry inquiry) {
  const bool over = co_await be_free(inquiry.deadline);
  if (!over) co_return Failure{FailureKind::cancelled, "stopped"};
  auto reply = co_await asker_.ask(inquiry);
  free_at_ = ground::clock::now() + between_requests_;
  co_return reply;
}

/// False when the loop was stopped meanwhile.
asio::awaitable<bool> Agent::be_free(ground::Instant deadline) {
  if (between_requests_ == ground::Duration{} || free_at_ <= ground::clock::now()) co_return true;
  const bool over = co_await pause_until(std::min(free_at_, deadline));
  co_return over;
}

asio::awaitable<Result<std::vector<Answer>>> Agent::get(std::span<const Oid> names, Patience patience) {
  auto answers = co_await ask_all(Ask::get, names, patience);
  co_return answers;
}

asio::awaitable<Result<std::vector<Answer>>> Agent::ask_all(Ask ask, std::span<const Oid> names, Patience patience) {
  std::vector<Answer> out(names.size());
  std::size_t done = 0;
  while (done < names.size()) {
    const auto count = std::min(most_varbinds(), names.size() - done);
    const Pack pack{ask, names.subspan(done, count), std::span{out}.subspan(done, count)};
    const auto got = co_await get_pack(pack, patience);
    if (!got && is_too_big(got.error()) && count > 1) {
      varbinds_ = count / 2;
      continue;
    }
    if (!got && done == 0) co_return got.error();
    if (!got) break;
    done += count;
  }
  co_return out;
}

// An agent that knows one of the names not (v1), or stumbles over one, answers with its index and nothing else: the rest is asked again.
asio::awaitable<Result<std::size_t>> Agent::get_pack(Pack pack, Patience patience) {
  std::vector<std::size_t> left(pack.names.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::vector<Oid> names{pack.names.begin(), pack.names.end()};
  while (!left.empty()) {
    const Inquiry inquiry{
        .version = version_, .ask = pack.ask, .names = names, .deadline = patience.deadline, .resend_after = patience.resend_after};
    const auto reply = co_await ask_gently(inquiry);
    if (!reply) co_return reply.error();
    const Response& response = reply->response;
    if (response.status == ErrorStatus::too_big) co_return Failure{FailureKind::unsupported, "the answer would be too big"};
    if (response.status != ErrorStatus::none) {
      const auto index = response.error_index;
      if (index < 1 || index > static_cast<std::int64_t>(left.size()))
        co_return Failure{FailureKind::refused, "error status " + std::to_string(static_cast<int>(response.status))};
      const auto at = index - 1;
      const bool missing = response.status == ErrorStatus::no_such_name;
      pack.answers[left[static_cast<std::size_t>(at)]] = {.name = {},
                                                          .value = {.kind = missing ? Value::Kind::missing : Value::Kind::unknown},
                                                          .asked = reply->asked,
                                                          .round_trip = reply->round_trip};
      left.erase(left.begin() + at);
      names.erase(names.begin() + at);
      continue;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      const Varbind* varbind = varbind_of(response, i, pack.ask, names[i]);
      pack.answers[left[i]] = {.name = varbind != nullptr ? varbind->oid() : Oid{},
                               .value = varbind != nullptr ? decode_value(varbind->value) : Value{.kind = Value::Kind::unknown},
                               .asked = reply->asked,
                               .round_trip = reply->round_trip};
    }
    break;
  }
  co_return pack.names.size();
}

// What an agent leaves out of its answers to GETBULK shows as holes in its tables; asked by name, it has them.
asio::awaitable<Result<std::size_t>> Agent::walk(std::vector<Oid> columns, Patience patience, Answers& answers) {
  Walk quick{columns}, thorough{columns};
  auto walked = co_await walk_on(std::move(quick), patience, answers);
  if (!walked || cells_ == 0 || version_ == Version::v1 || quirks_.max_repetitions == 1) co_return walked;
  const auto skips = co_await skips_values(columns, patience, answers);
  if (!skips || !*skips) co_return walked;
  cells_ = 0;
  walked = co_await walk_on(std::move(thorough), patience, answers);
  co_return walked;
}

asio::awaitable<Result<bool>> Agent::skips_values(std::span<const Oid> columns, Patience patience, Answers& answers) {
  auto missing = holes(columns, answers);
  if (missing.empty()) co_return false;
  if (missing.size() > most_varbinds()) missing.resize(most_varbinds());
  const Patience some{.deadline = sooner(patience.deadline, patience.each), .resend_after = patience.resend_after};
  const auto got = co_await get(missing, some);
  if (!got) co_return got.error();
  co_return std::ranges::any_of(
      *got, [](const Answer& answer) { return answer.value.kind != Value::Kind::missing && answer.value.kind != Value::Kind::unknown; });
}

asio::awaitable<Result<std::size_t>> Agent::walk_on(Walk walk, Patience patience, Answers& answers) {
  while (!walk.done()) {
    const auto& names = walk.names(width_);
    const auto reply = co_await ask_next(names, patience);
    if (!reply) {
      if (reply.error().kind == FailureKind::timeout && ground::clock::now() < patience.deadline && ease()) continue;
      co_return reply.error();
    }
    if (reply->response.status == ErrorStatus::too_big && ease()) continue;
    const auto step = walk.take(reply->response, answers);
    if (step == Walk::Step::advanced && answers.size() <= most_answers) continue;
    if (answers.size() > most_answers) co_return Failure{FailureKind::malformed, "the tables never end: over 20,000 points"};
    if (ease()) continue;
    if (step == Walk::Step::refused) {
      walk.give_up();
      continue;
    }
    if (step == Walk::Step::stuck) co_return Failure{FailureKind::malformed, "an empty answer to " + names.front().text()};
    co_return Failure{FailureKind::malformed, "the walk of " + walk.culprit().text() + " does not advance"};
  }
  co_return answers.size();
}

asio::awaitable<Result<Reply>> Agent::ask_next(const std::vector<Oid>& names, Patience patience) {
  const bool bulk = cells_ > 0 && version_ != Version::v1 && quirks_.max_repetitions != 1;
  std::size_t repetitions = bulk ? std::max<std::size_t>(1, cells_ / names.size()) : 0;
  if (quirks_.max_repetitions > 0) repetitions = std::min<std::size_t>(repetitions, quirks_.max_repetitions);
  const Inquiry inquiry{.version = version_,
                        .ask = bulk ? Ask::get_bulk : Ask::get_next,
                        .max_repetitions = static_cast<std::uint32_t>(repetitions),
                        .names = names,
                        .deadline = sooner(patience.deadline, patience.each),
                        .resend_after = patience.resend_after};
  auto reply = co_await ask_gently(inquiry);
  co_return reply;
}

/// Asks less at once from now on; false when it cannot be less.
bool Agent::ease() {
  if (cells_ > 0 && version_ != Version::v1) {
    cells_ = cells_ > 10 ? 10 : 0;
    return true;
  }
  if (width_ == 1) return false;
  width_ = 1;
  return true;
}

asio::awaitable<Result<std::vector<Oid>>> Agent::first_below(std::span<const Oid> trees, Patience patience) {
  const auto answers = co_await ask_all(Ask::get_next, trees, patience);
  if (!answers) co_return answers.error();
  std::vector<Oid> out(trees.size());
  for (std::size_t i = 0; i < trees.size(); ++i) {
    const Answer& answer = (*answers)[i];
    if (answer.asked == ground::Instant{}) co_return Failure{FailureKind::timeout, "no answer"};
    const bool there = answer.value.kind != Value::Kind::missing && answer.value.kind != Value::Kind::unknown;
    if (there && answer.name.under(trees[i])) out[i] = answer.name;
  }
  co_return out;
}

std::size_t Agent::most_varbinds() const {
  return quirks_.max_varbinds > 0 ? std::min<std::size_t>(varbinds_, quirks_.max_varbinds) : varbinds_;
}

}  // namespace holdup::snmp
