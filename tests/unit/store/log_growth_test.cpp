#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "catch.hpp"
#include "house.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::test;
using namespace std::chrono_literals;

TEST_CASE("the log stays below 64 MiB under readers that never finish") {
  const Folder folder{Folder::On::memory};
  const auto path = folder.file("r12.db");
  House house{path};
  house.commit(Poll{ground::Utc{1'790'000'000s}, 1, 3}.next(10));
  std::mutex mutex;
  std::condition_variable over;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  // Each holds a state of the file for as long as a Reader may, and takes the next one at once.
  const auto read = [&](std::chrono::milliseconds held) {
    SQLite::Database file{path, SQLite::OPEN_READONLY, 2000};
    while (!done) {
      SQLite::Statement rows{file, "SELECT seq FROM journal"};
      if (!rows.executeStep()) ++failures;
      std::unique_lock lock{mutex};
      over.wait_for(lock, held, [&] { return done.load(); });
    }
  };
  std::thread one{read, 900ms}, other{read, 700ms};
  std::uintmax_t greatest = 0, written = 0;
  for (int n = 0; n < 150; ++n) {
    Work work;
    work.blobs.push_back({"capture", std::to_string(n % 8), std::vector<std::uint8_t>(1U << 20U, static_cast<std::uint8_t>(n))});
    house.commit(work);
    written += work.blobs[0].bytes.size();
    if (!house.ledger().tidy(1000)) ++failures;
    greatest = std::max(greatest, std::filesystem::file_size(path + "-wal"));
  }
  done = true;
  over.notify_all();
  one.join();
  other.join();
  CHECK(failures == 0);
  CHECK(written > 2 * (64U << 20U));
  CHECK(greatest < 64U << 20U);
  CAPTURE(greatest);
  CHECK(greatest > 4U << 20U);  // they did hold it
}
