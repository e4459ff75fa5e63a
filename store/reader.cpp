#include "store/reader.hpp"

#include <filesystem>
#include <utility>

#include "store/reader/session.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr int busy_timeout_ms = 2000;

std::unique_ptr<SQLite::Database> opened(const std::string& path) {
  return std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, busy_timeout_ms);
}

}  // namespace

Reader::Reader(std::unique_ptr<Session> session) : session_{std::move(session)} {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

ground::Result<std::unique_ptr<SQLite::Database>> open_for_reading(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return Failure{FailureKind::refused, path + ": no such store"};
  try {
    auto file = opened(path);
    const auto owner = owner_of(*file);
    if (!owner) return owner.error();
    if (*owner == Owner::nobody) return Failure{FailureKind::refused, path + " is empty, not a holdup store"};
    allow_all_pages(*file);
    return file;
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    failure.what = path + ": " + failure.what;
    return failure;
  }
}

ground::Result<Reader> Reader::open(const std::string& path) {
  auto file = open_for_reading(path);
  if (!file) return file.error();
  return Reader{std::make_unique<Session>(std::move(*file))};
}

ground::Result<Reader> Reader::open_damaged(const std::string& path) {
  try {
    auto file = opened(path);
    file->exec("PRAGMA writable_schema = ON");  // SQLite then opens a file that is shorter than its header says; nothing is written
    return Reader{std::make_unique<Session>(std::move(file))};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

std::vector<Flaw> Reader::take_flaws() { return session_->take_flaws(); }
void Reader::set_slice(ground::Duration slice) { session_->slice = slice; }

}  // namespace holdup::store
