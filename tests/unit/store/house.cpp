#include "house.hpp"

#include <bit>
#include <cmath>

#include "catch.hpp"

namespace holdup::store::test {

using namespace std::chrono_literals;

House::House(std::string path, Rules rules) : path_{std::move(path)}, rules_{rules} { reopen(); }

void House::reopen() {
  ledger_.reset();
  auto opened = Ledger::open(path_, catalog_, rules_);
  REQUIRE(opened);
  ledger_ = std::move(*opened);
}

void House::commit(const Work& work) { REQUIRE(ledger_->commit(work)); }

void House::settle() {
  for (;;) {
    const auto more = ledger_->keep_house();
    REQUIRE(more);
    for (auto& loss : ledger_->take_losses()) losses_.push_back(loss);
    if (ledger_->chore_waits())
      REQUIRE(ledger_->commit_chore());
    else if (!*more)
      return;
  }
}

std::int64_t House::count(const std::string& sql) const {
  SQLite::Database file{path_, SQLite::OPEN_READONLY};
  return file.execAndGet(sql).getInt64();
}

void House::exec(const std::string& sql) const {
  SQLite::Database file{path_, SQLite::OPEN_READWRITE, 2000};
  file.exec(sql);
}

record::Series Poll::series(std::size_t number) {
  return {"rack_current_amperes", {{"device", "pdu-a"}, {"index", std::to_string(number)}}};
}

Work Poll::next(int replies) {
  Work work;
  for (int reply = 0; reply < replies; ++reply, ++done_) {
    const auto time = now();
    record::Batch batch{.at = ground::Instant{std::chrono::seconds{1000 + step_ * done_}},
                        .time = time,
                        .age = ages_ == Ages::yes ? std::chrono::milliseconds{done_ % 7} : 0ms};
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      const auto id = static_cast<record::SeriesId>(i + 1);
      if (!born_) batch.born.emplace_back(id, series(i));
      const double value = i % 3 == 2 ? std::sin(done_ + static_cast<double>(i)) : static_cast<double>((done_ * (i + 3) % 97)) / 10;
      const auto quality = done_ % 50 == 49 ? ground::Quality::stale : ground::Quality::good;
      batch.samples.push_back({id, value, quality});
      expected_[i].push_back({time, value, quality, batch.age});
    }
    born_ = true;
    work.batches.push_back(std::move(batch));
  }
  return work;
}

int differing(const std::string& path, const Poll& poll, std::size_t series) {
  auto reader = Reader::open(path);
  if (!reader) return -1;
  const auto found = reader->series("", Poll::series(series).labels);
  if (!found || found->size() != 1) return -1;
  const auto points = reader->range(found->at(0).row, {ground::Utc{}, ground::Utc::max()});
  if (!points) return -1;
  const auto& expected = poll.expected(series);
  int out = std::abs(static_cast<int>(points->size()) - static_cast<int>(expected.size()));
  for (std::size_t i = 0; i < std::min(points->size(), expected.size()); ++i) {
    const auto& one = points->at(i);
    const auto& other = expected[i];
    out += one.time != other.time || std::bit_cast<std::uint64_t>(one.value) != std::bit_cast<std::uint64_t>(other.value) ||
           one.quality != other.quality || one.age != other.age;
  }
  return out;
}

}  // namespace holdup::store::test
