#include "collector/cli/diary.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <utility>

#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"

namespace holdup::cli {

void Diary::started(const std::string& site_file) {
  ground::JsonWriter out;
  out.begin_object()
      .field("version", HOLDUP_VERSION)
      .field("pid", static_cast<std::int64_t>(::getpid()))
      .field("uid", static_cast<std::int64_t>(::getuid()))
      .field("site", site_file)
      .end_object();
  note("start", out.take());
}

void Diary::reloaded(const ground::Problems& problems) {
  ground::JsonWriter out;
  out.begin_object().field("result", problems.ok() ? "swapped" : "refused").key("problems").begin_array();
  for (const auto& problem : problems.all()) out.value(problem.text());
  out.end_array().end_object();
  note("reload", out.take());
}

void Diary::set_aside(const store::SetAside& damaged) {
  ground::JsonWriter out;
  out.begin_object()
      .field("path", damaged.path)
      .field("why", damaged.why)
      .field("events_saved", static_cast<std::uint64_t>(damaged.events_saved))
      .field("audits_saved", static_cast<std::uint64_t>(damaged.audits_saved))
      .field("blobs_saved", static_cast<std::uint64_t>(damaged.blobs_saved))
      .end_object();
  note("store_set_aside", out.take());
}

void Diary::open(store::Store& store) {
  const std::lock_guard lock{mutex_};
  store_ = &store;
  for (auto& record : std::exchange(waiting_, {})) (void)store_->append(std::move(record));  // the first of all: there is room
}

void Diary::note(std::string action, std::string json) {
  const auto now = ground::clock::now();
  record::Audit record{.time = ground::utc(now, ground::clock::utc_offset()),
                       .boot = ground::clock::boot_id(),
                       .at = now,
                       .actor = "daemon",
                       .action = std::move(action),
                       .json = std::move(json)};
  const std::lock_guard lock{mutex_};
  if (store_ == nullptr) {
    waiting_.push_back(std::move(record));
    return;
  }
  if (const auto added = store_->append(std::move(record)); !added) spdlog::error("audit_dropped reason=\"{}\"", added.error().what);
}

}  // namespace holdup::cli
