#include <filesystem>
#include <iostream>
#include <thread>

#include "collector/cli/petition.hpp"
#include "collector/cli/progress.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"
#include "store/backup.hpp"
#include "store/compaction.hpp"
#include "store/verification.hpp"

// `holdup db verify | backup | compact`: a store file looked through, copied, or written anew.
namespace holdup::cli {
namespace {

using ground::FailureKind;

bool is_there(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code);
}

/// Runs it to its end.
void verify_all(store::Verification& verification, Progress& progress) {
  while (verification.step())
    if (progress.due()) {
      const auto& counts = verification.counts();
      progress.show(verification.stage() + ": " + std::to_string(counts.events) + " events, " + std::to_string(counts.chunks) +
                    " chunks, " + std::to_string(counts.samples) + " samples");
    }
}

void write_counts(ground::JsonWriter& json, const store::Verification::Counts& counts) {
  json.field("events", counts.events).field("audit_records", counts.audit_records).field("series", counts.series);
  json.field("journal_rows", counts.journal_rows).field("chunks", counts.chunks).field("samples", counts.samples);
  json.field("summaries", counts.summaries).field("blobs", counts.blobs);
}

void print_flaw(const store::Flaw& flaw, bool json) {
  ground::JsonWriter out;
  out.begin_object().field("where", flaw.where).field("what", flaw.what).end_object();
  std::cout << (json ? out.take() : ground::printable(flaw.where + ": " + flaw.what)) << '\n';
}

void print_counts(const store::Verification& verification, const std::string& path, bool json) {
  const auto& counts = verification.counts();
  const auto flaws = verification.flaws().size();
  if (json) {
    ground::JsonWriter out;
    out.begin_object().field("file", path).field("flaws", static_cast<std::uint64_t>(flaws));
    write_counts(out, counts);
    std::cout << out.end_object().take() << '\n';
    return;
  }
  std::cout << ground::printable(path) << ": " << (flaws == 0 ? "whole" : std::to_string(flaws) + (flaws == 1 ? " flaw" : " flaws")) << "; "
            << counts.events << " events, " << counts.audit_records << " audit records, " << counts.series << " series, " << counts.samples
            << " samples in " << counts.chunks << " chunks and " << counts.journal_rows << " journal rows, " << counts.summaries
            << " summaries, " << counts.blobs << " blobs\n";
}

int verify_failure(const ground::Failure& failure, const DbVerifyOptions& options) {
  if (failure.kind != FailureKind::malformed) return complain(failure.what, cannot_know);
  print_flaw({.where = "file", .what = failure.what}, options.json);
  return problem_found;
}

/// So long as a slice took, nothing is done: half of the disk's time is the daemon's.
ground::Result<void> copy_all(store::Backup& backup, Progress& progress) {
  for (;;) {
    const auto begin = ground::clock::now();
    const auto more = backup.step();
    if (!more) return more.error();
    if (!*more) return {};
    if (progress.due()) {
      const auto done = backup.pages() - backup.pages_left();
      progress.show("copied " + std::to_string(done) + " of " + std::to_string(backup.pages()) + " pages");
    }
    std::this_thread::sleep_for(ground::clock::now() - begin);
  }
}

int verified_copy(store::Backup& backup, Progress& progress) {
  auto verification = store::Verification::open(backup.part());
  if (!verification) return complain(verification.error().what, problem_found);
  verify_all(*verification, progress);
  for (const auto& flaw : verification->flaws())
    complain("the copy has a flaw, as the file will have: " + flaw.where + ": " + flaw.what, fine);
  return verification->flaws().empty() ? fine : problem_found;
}

int failed(const ground::Failure& failure) { return complain(failure.what, failure.kind == FailureKind::refused ? refused : cannot_know); }

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

int db_verify(const DbVerifyOptions& options) {
  auto verification = store::Verification::open(options.path);
  if (!verification) return verify_failure(verification.error(), options);
  {
    Progress progress;
    verify_all(*verification, progress);
  }
  for (const auto& flaw : verification->flaws()) print_flaw(flaw, options.json);
  print_counts(*verification, options.path, options.json);
  return verification->flaws().empty() ? fine : problem_found;
}

int db_backup(const DbBackupOptions& options) {
  if (!is_there(options.path)) return complain(options.path + ": no such store", cannot_know);
  auto backup = store::Backup::begin(options.path, options.to);
  if (!backup) return failed(backup.error());
  int code = fine;
  {
    Progress progress;
    if (const auto copied = copy_all(*backup, progress); !copied) return failed(copied.error());
    code = verified_copy(*backup, progress);
  }
  if (const auto finished = backup->finish(); !finished) return failed(finished.error());
  const auto bytes = std::filesystem::file_size(options.to);
  ground::JsonWriter json;
  json.begin_object().field("file", options.to).field("bytes", static_cast<std::uint64_t>(bytes)).field("whole", code == fine).end_object();
  std::cout << (options.json ? json.take()
                             : ground::printable(options.to) + ": " + mebibytes(bytes) + (code == fine ? ", verified" : ", flawed"))
            << '\n';
  return code;
}

int db_compact(const DbCompactOptions& options) {
  if (!is_there(options.path)) return complain(options.path + ": no such store", cannot_know);
  if (hands_are_off(options.path, "db compact")) return refused;
  const auto compacted = [&] {
    Progress progress;
    return store::compact(options.path, [&](std::int64_t pages_left) {
      if (progress.due()) progress.show(std::to_string(pages_left) + " free pages left");
    });
  }();
  if (!compacted) return failed(compacted.error());
  ground::JsonWriter json;
  json.begin_object().field("file", options.path).field("bytes_before", compacted->bytes_before);
  json.field("bytes_after", compacted->bytes_after).field("beside_daemon", compacted->beside_daemon).end_object();
  std::cout << (options.json ? json.take()
                             : ground::printable(options.path) + ": " + mebibytes(compacted->bytes_before) + " before, " +
                                   mebibytes(compacted->bytes_after) + " after" +
                                   (compacted->beside_daemon ? ", when its log has been moved into it" : ""))
            << '\n';
  return fine;
}

}  // namespace holdup::cli
