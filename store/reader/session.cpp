#include "store/reader/session.hpp"

#include <algorithm>

namespace holdup::store {
namespace {

constexpr std::size_t most_flaws = 10'000;  // kept; a file that has more is not better known by more

}  // namespace

SQLite::Statement& Session::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  return statements_.try_emplace(sql, *file_, sql).first->second;
}

void Session::note(std::string where, std::string what) {
  const auto same = [&](const Flaw& flaw) { return flaw.where == where; };
  if (flaws_.size() < most_flaws && std::none_of(flaws_.begin(), flaws_.end(), same)) flaws_.push_back({std::move(where), std::move(what)});
}

bool Session::events_have_crc() {
  if (!events_have_crc_)
    events_have_crc_ = file_->execAndGet("SELECT count(*) FROM pragma_table_info('event') WHERE name = 'crc'").getInt() > 0;
  return *events_have_crc_;
}

void Session::expect_samples() {
  if (!has_samples_) has_samples_ = file_->tableExists("journal");
  if (!*has_samples_)
    throw DamagedRow{file_->getFilename() + " has samples of an older format: `holdup run` brings them to this one when it opens the file"};
}

codec::BytesView Use::bytes(int column) {
  const auto found = statement_.getColumn(column);
  return {static_cast<const std::uint8_t*>(found.getBlob()), static_cast<std::size_t>(found.getBytes())};
}

void Snapshot::begin() {
  static_cast<void>(Use{session_, "BEGIN"}.step());
  since_ = ground::clock::now();
}

void Snapshot::end() noexcept { session_.prepared("COMMIT").tryExecuteStep(), session_.prepared("COMMIT").tryReset(); }

void Snapshot::renew_when_old() {
  if (ground::clock::now() - since_ < session_.slice) return;
  end();
  begin();
}

std::int64_t floor_ms(ground::Utc time) { return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count(); }
std::int64_t ceil_ms(ground::Utc time) { return std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

}  // namespace holdup::store
