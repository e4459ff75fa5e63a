#include "store/housekeeper.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include "catch.hpp"
#include "house.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;
using namespace std::chrono_literals;

namespace {

// The beginning of a window of two hours, some days before now.
ground::Utc some_days_ago(int days) {
  const auto now = std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now());
  return ground::Utc{(now.time_since_epoch() / 2h - 12 * days) * 2h};
}

/// The first chunk's body has no end: what stands in its row is followed by the number of the page that has the rest.
void cut_first_chunk(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READONLY};
  const std::string body = file.execAndGet("SELECT body FROM chunk WHERE level = 0 ORDER BY row LIMIT 1").getString();
  std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{bytes}, {}};
  const auto at = text.find(body.substr(0, 100));
  REQUIRE(at != std::string::npos);
  const auto end = std::mismatch(body.begin(), body.end(), text.begin() + static_cast<std::ptrdiff_t>(at)).second;
  bytes.seekp(end - text.begin());
  bytes << "\x7F\xFF\xFF\xFF" << std::flush;
}

}  // namespace

TEST_CASE("the journal is sealed into chunks and trimmed, and everything reads as before") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.seal_after = 16}};
  Poll poll{some_days_ago(3), 1, 25};
  for (int second = 0; second < 200; ++second) {
    house.commit(poll.next(1));
    house.settle();
  }
  CHECK(house.count("SELECT count(*) FROM chunk WHERE level = 0") >= 10);
  CHECK(house.count("SELECT sum(samples) FROM chunk") >= 25 * 180);
  CHECK(house.count("SELECT count(*) FROM journal") <= 64 + 64 + 16 + 1);
  for (std::size_t series = 0; series < 25; ++series) CHECK(differing(folder.file("r12.db"), poll, series) == 0);
}

TEST_CASE("chunks of a window that is over are merged into one, with minutes and hours") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.seal_after = 4}};
  Poll poll{some_days_ago(3), 10, 5};
  for (int commit = 0; commit < 190; ++commit) {  // 10 replies each: five hours
    house.commit(poll.next(10));
    house.settle();
  }
  CHECK(house.count("SELECT count(*) FROM chunk WHERE level = 1") >= 2);
  CHECK(house.count("SELECT sum(samples) FROM chunk WHERE level = 1") == 2 * 720 * 5);
  CHECK(house.count("SELECT count(*) FROM summary WHERE span_ms = 60000") >= 2);
  CHECK(house.count("SELECT count(*) FROM summary WHERE span_ms = 3600000") >= 2);
  for (std::size_t series = 0; series < 5; ++series) CHECK(differing(folder.file("r12.db"), poll, series) == 0);
  auto reader = Reader::open(folder.file("r12.db"));
  const auto row = reader->series("", Poll::series(0).labels)->at(0).row;
  const auto begin = some_days_ago(3);
  const auto buckets = reader->buckets(row, {begin, begin + 1h - 1ms}, 60s).value();
  REQUIRE(buckets.size() == 60);
  for (std::size_t minute = 0; minute < 60; ++minute) {
    double sum = 0;
    std::uint64_t count = 0;
    for (std::size_t i = minute * 6; i < minute * 6 + 6; ++i)
      if (const auto& point = poll.expected(0)[i]; point.quality == ground::Quality::good) sum += point.value, ++count;
    CHECK(buckets[minute].count == count);
    CHECK(std::abs(buckets[minute].mean - sum / static_cast<double>(count)) < 1e-12);
  }
}

TEST_CASE("closed at any slice, the file holds every row once") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.seal_after = 3}};
  Poll poll{some_days_ago(3), 60, 4};
  std::mt19937 random{42};
  for (int commit = 0; commit < 150; ++commit) {
    house.commit(poll.next(4));
    for (auto slices = random() % 12; slices > 0; --slices) {
      if (house.ledger().chore_waits() && random() % 2 == 0) REQUIRE(house.ledger().commit_chore());
      REQUIRE(house.ledger().keep_house());
    }
    if (random() % 8 == 0) house.reopen();
  }
  for (std::size_t series = 0; series < 4; ++series) CHECK(differing(path, poll, series) == 0);
  house.settle();
  for (std::size_t series = 0; series < 4; ++series) CHECK(differing(path, poll, series) == 0);
  CHECK(house.losses().empty());
}

TEST_CASE("series that were not always measured together keep their own times") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.seal_after = 4}};
  const auto begin = some_days_ago(3);
  for (int second = 0; second < 60; ++second) {
    Work work;
    record::Batch batch{.at = ground::Instant{std::chrono::seconds{second}}, .time = begin + std::chrono::seconds{second}};
    for (record::SeriesId id = 1; id <= 3; ++id) {
      if (second == 0) batch.born.emplace_back(id, Poll::series(id));
      if (second % static_cast<int>(id) == 0) batch.samples.push_back({id, second + 0.5 * id});
    }
    work.batches.push_back(batch);
    house.commit(work);
    house.settle();
  }
  auto reader = Reader::open(path);
  for (std::size_t id = 1; id <= 3; ++id) {
    const auto row = reader->series("", Poll::series(id).labels)->at(0).row;
    const auto points = reader->range(row, {begin, begin + 60s}).value();
    REQUIRE(points.size() == 60 / id);
    for (std::size_t i = 0; i < points.size(); ++i) {
      CHECK(points[i].time == begin + std::chrono::seconds{i * id});
      CHECK(points[i].value == static_cast<double>(i * id) + 0.5 * static_cast<double>(id));
    }
  }
}

TEST_CASE("raw samples, minutes and hours go when they are old, each at its own age") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.retention = {.raw = 6h, .minute = 12h, .hour = 24h, .pace = 1'000'000'000}, .seal_after = 4}};
  Poll poll{some_days_ago(3), 60, 3};
  for (int commit = 0; commit < 200; ++commit) {  // 15 minutes each: 50 hours
    house.commit(poll.next(15));
    house.settle();
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(poll.now().time_since_epoch()).count();
  const auto hours = [&](const char* sql) { return (now - house.count(sql)) / 3'600'000; };
  CHECK(hours("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'present'") <= 4);
  CHECK(hours("SELECT min(to_ms) FROM chunk") <= 10);
  CHECK(hours("SELECT min(from_ms) FROM chunk") >= 5);
  CHECK(hours("SELECT min(to_ms) FROM summary WHERE span_ms = 60000") <= 16);
  CHECK(hours("SELECT min(from_ms) FROM summary WHERE span_ms = 60000") >= 11);
  CHECK(hours("SELECT min(to_ms) FROM summary WHERE span_ms = 3600000") <= 28);
  CHECK(hours("SELECT min(from_ms) FROM summary WHERE span_ms = 3600000") >= 23);
  CHECK(house.losses().empty());
}

TEST_CASE("beyond max_bytes the oldest raw samples go first, are counted, and noted once a run") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.retention = {.max_bytes = 400'000}, .seal_after = 4}};
  Poll poll{some_days_ago(9), 30, 20};
  for (int commit = 0; commit < 300; ++commit) {
    house.commit(poll.next(40));
    house.settle();
  }
  const auto figures = house.ledger().figures();
  CHECK(figures.file_bytes <= 400'000 + 200'000);  // it was looked at 16 commits ago
  CHECK(figures.lost_samples > 0);
  CHECK(house.count("SELECT count(*) FROM loss WHERE what = 'max_bytes'") == 1);
  CHECK(house.count("SELECT samples FROM loss WHERE what = 'max_bytes'") == static_cast<std::int64_t>(figures.lost_samples));
  CHECK(house.losses().size() == 1);
  CHECK(house.count("SELECT count(*) FROM summary WHERE span_ms = 3600000") > house.count("SELECT count(*) FROM chunk WHERE level = 1"));
}

TEST_CASE("a damaged chunk costs itself: the rest of its window is merged, the loss is noted and told") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.seal_after = 4}};
  Poll poll{some_days_ago(3), 10, 5};
  for (int commit = 0; commit < 60; ++commit) {
    house.commit(poll.next(10));
    house.settle();
  }
  const auto row = house.count("SELECT min(row) + 2 FROM chunk WHERE level = 0");
  const auto samples = house.count("SELECT samples FROM chunk WHERE row = " + std::to_string(row));
  house.exec("UPDATE chunk SET body = x'00112233' WHERE row = " + std::to_string(row));
  for (int commit = 0; commit < 60; ++commit) {
    house.commit(poll.next(10));
    house.settle();
  }
  REQUIRE(house.losses().size() == 1);
  CHECK(house.losses()[0].what == "chunk " + std::to_string(row));
  CHECK(house.losses()[0].samples == samples);
  CHECK(house.count("SELECT count(*) FROM loss") == 1);
  CHECK(house.count("SELECT level FROM chunk WHERE row = " + std::to_string(row)) == -1);
  CHECK(house.count("SELECT sum(samples) FROM chunk WHERE level = 1") == 720 * 5 - samples);
  CHECK(house.ledger().figures().lost_samples == static_cast<std::uint64_t>(samples));
}

TEST_CASE("a damaged journal row costs what follows up to the next key row, and is noted once") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path};
  Poll poll{some_days_ago(3), 1, 3};
  for (int second = 0; second < 100; ++second) house.commit(poll.next(1));
  house.exec("UPDATE journal SET body = x'0011' WHERE seq = 20");
  house.reopen();
  house.settle();
  REQUIRE(house.losses().size() == 1);
  CHECK(house.losses()[0].what == "journal rows 20 to 64");
  CHECK(house.count("SELECT count(*) FROM journal") == 55);
  house.reopen();
  house.settle();
  CHECK(house.losses().size() == 1);
  CHECK(house.count("SELECT count(*) FROM loss") == 1);
  house.commit(poll.next(1));
  CHECK(house.count("SELECT max(seq) FROM journal") == 101);
  CHECK(differing(path, poll, 0) >= 45);
}

TEST_CASE("no seq is used twice, also when all of the journal is sealed") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.seal_after = 1}};
  Poll poll{some_days_ago(3), 1, 2};
  for (int second = 1; second <= 150; ++second) {
    house.commit(poll.next(1));
    house.settle();
    if (second % 10 == 0) house.reopen();
    REQUIRE(house.count("SELECT max(seq) FROM journal") == second);
  }
}

TEST_CASE("where pages of chunks do not read, housekeeping leaves them alone and recording goes on") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.seal_after = 40}};
  Poll poll{some_days_ago(3), 1, 32};
  for (int commit = 0; commit < 100; ++commit) {
    house.commit(poll.next(24));
    house.settle();
  }
  REQUIRE(house.count("SELECT max(length(body)) FROM chunk WHERE level = 0") > 8200);  // on two pages of their own at least
  house.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  cut_first_chunk(path);
  house.reopen();
  for (int commit = 0; commit < 260; ++commit) {
    house.commit(poll.next(24));
    house.settle();
  }
  CHECK(house.count("SELECT count(*) FROM chunk WHERE level = 1") > 0);
  REQUIRE(house.losses().size() == 1);
  CHECK(house.losses()[0].samples > 0);
  CHECK(house.count("SELECT max(to_ms) FROM chunk WHERE level = 1") > house.losses()[0].to_ms);
}

TEST_CASE("no seq is used twice, also when the newest rows of the journal were damaged") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path};
  Poll poll{some_days_ago(3), 1, 3};
  for (int second = 0; second < 100; ++second) house.commit(poll.next(1));
  house.exec("UPDATE journal SET body = x'0011' WHERE seq >= 90");
  house.reopen();
  house.reopen();
  poll.declare_again();
  house.commit(poll.next(1));
  CHECK(house.count("SELECT max(seq) FROM journal") == 101);
  CHECK(differing(path, poll, 0) >= 11);
  const auto slice = Reader::open(path)->recorded(100, 1000).value();
  REQUIRE(slice.recorded.size() == 3);
  CHECK(slice.recorded[0].points.size() == 1);
}

TEST_CASE("a series born in a commit whose chore met damage keeps its own row") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.retention = {.raw = 6h, .pace = 1'000'000'000}, .seal_after = 40}};
  Poll old{some_days_ago(3), 1, 32};
  for (int commit = 0; commit < 100; ++commit) {
    house.commit(old.next(24));
    house.settle();
  }
  int born = 0;
  const auto commit_with_birth = [&] {
    ++born;
    const auto time = some_days_ago(1) + std::chrono::seconds{born};
    record::Batch batch{.at = ground::Instant{std::chrono::seconds{90'000 + born}}, .time = time};
    const auto id = static_cast<record::SeriesId>(100 + born);
    batch.born.emplace_back(id, record::Series{"rack_power_watts", {{"device", "pdu-b"}, {"index", std::to_string(born)}}});
    batch.samples.push_back({id, static_cast<double>(born), ground::Quality::good});
    Work work;
    work.batches.push_back(std::move(batch));
    house.commit(work);
  };
  commit_with_birth();
  house.exec("DELETE FROM meta WHERE key = 'present'");  // age is then measured from the newest sample at once
  house.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  cut_first_chunk(path);
  house.reopen();
  for (int commit = 0; commit < 60; ++commit) {
    commit_with_birth();
    for (bool more = true; more;) {
      more = house.ledger().keep_house().value();
      if (house.ledger().chore_waits()) commit_with_birth();
    }
  }
  const auto losses = house.ledger().take_losses();
  REQUIRE(losses.size() == 1);
  CHECK(losses[0].what.substr(0, 11) == "chunk rows ");  // it was the chore that met it
  auto reader = Reader::open(path);
  for (int n = 1; n <= born; ++n) {
    const auto found = reader->series("rack_power_watts", {{"index", std::to_string(n)}}).value();
    REQUIRE(found.size() == 1);
    const auto points = reader->range(found[0].row, {ground::Utc{}, ground::Utc::max()}).value();
    REQUIRE(points.size() == 1);
    CHECK(points[0].value == n);
  }
}

TEST_CASE("a series that is given the number of a damaged one has its own pack, labels and samples") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path, {.seal_after = 16}};
  Poll before{some_days_ago(2), 1, 2};
  house.commit(before.next(1));
  house.exec("UPDATE series SET row = -1 WHERE row = 2");
  house.reopen();  // the journal still has samples of 2
  Poll after{some_days_ago(1), 1, 4};
  for (int second = 0; second < 100; ++second) {
    house.commit(after.next(1));
    house.settle();
  }
  REQUIRE(house.count("SELECT count(*) FROM series WHERE row = 2") == 1);
  CHECK(house.count("SELECT count(*) FROM chunk WHERE pack = 0") == 0);
  for (const std::size_t series : {0U, 2U, 3U}) {
    auto reader = Reader::open(path);
    const auto found = reader->series("", Poll::series(series).labels);
    REQUIRE((found && found->size() == 1));
    CHECK(reader->range(found->at(0).row, {some_days_ago(1), ground::Utc::max()})->size() == 100);
  }
}

TEST_CASE("what was recorded with a clock in 1970 is kept as long as what was recorded next") {
  const Folder folder{Folder::On::memory};
  House house{folder.file("r12.db"), {.retention = {.raw = 6h, .minute = 12h, .hour = 24h, .pace = 1'000'000'000}, .seal_after = 4}};
  const auto polled = [&](Poll poll, int commits) {
    for (int commit = 0; commit < commits; ++commit) {
      house.commit(poll.next(15));
      house.settle();
    }
  };
  const auto early = [&](const std::string& of, const std::string& from) {
    return house.count("SELECT coalesce(sum(" + of + "), 0) FROM " + from + " to_ms < 1000000000000");
  };
  polled(Poll{ground::Utc{30s}, 1, 3}, 40);   // ten minutes
  polled(Poll{some_days_ago(5), 60, 3}, 20);  // five hours
  CHECK(early("samples", "chunk WHERE") == 3 * 600);
  CHECK(early("1", "summary WHERE span_ms = 60000 AND") > 0);
  polled(Poll{some_days_ago(5) + 5h, 60, 3}, 36);  // nine more
  CHECK(early("samples", "chunk WHERE") == 0);
  CHECK(early("1", "summary WHERE span_ms = 60000 AND") > 0);
  polled(Poll{some_days_ago(5) + 14h, 60, 3}, 80);
  CHECK(early("1", "summary WHERE") == 0);
  CHECK(house.count("SELECT count(*) FROM meta WHERE key LIKE 'undated%'") == 0);
  CHECK(house.losses().empty());
}
