#include "store/scrivener.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "store/sealing.hpp"

namespace holdup::store {
namespace {

constexpr std::int64_t rows_between_keys = 64;
constexpr std::size_t batches_a_row = 8'192;
constexpr std::size_t samples_a_row = 262'144;
constexpr std::size_t batches_ahead = 2;

std::int64_t ms(ground::Duration duration) { return std::chrono::floor<std::chrono::milliseconds>(duration).count(); }

// Another core has just written them: on their way while others are encoded.
void fetch(std::span<const record::Sample> samples) {
  constexpr std::size_t line = 64;
  const auto* bytes = reinterpret_cast<const char*>(samples.data());
  for (std::size_t at = 0; at < samples.size_bytes(); at += line) __builtin_prefetch(bytes + at);
}

// The batches from the first on that become one row.
std::size_t fitting(std::span<const record::Batch> batches) {
  std::size_t count = 0;
  for (std::size_t samples = 0; count < batches.size() && count < batches_a_row; ++count) {
    samples += batches[count].samples.size();
    if (count > 0 && samples > samples_a_row) break;
  }
  return count;
}

}  // namespace

bool Scrivener::is_one_row(std::span<const record::Batch> batches) { return fitting(batches) == batches.size(); }

void Scrivener::write(std::span<const record::Batch> batches, SQLite::Statement& add) {
  written_.clear();
  while (!batches.empty()) {
    const auto count = fitting(batches);
    write_row(batches.first(count), add);
    batches = batches.subspan(count);
  }
}

void Scrivener::forget() {
  last_seq_ -= static_cast<std::int64_t>(written_.size());
  written_.clear();
  writer_.forget();
  since_key_ = -1;
}

void Scrivener::write_row(std::span<const record::Batch> batches, SQLite::Statement& add) {
  Written row;
  std::size_t replies = 0;
  for (const record::Batch& batch : batches) {
    if (batch.samples.empty()) continue;
    ++replies;
    row.samples += batch.samples.size();
    row.row.newest_ms = ms(batch.time.time_since_epoch());
  }
  if (replies == 0) return;
  row.row.key = writer_.begin(replies, row.samples, since_key_ < 0 || since_key_ + 1 >= rows_between_keys);
  since_key_ = row.row.key ? 0 : since_key_ + 1;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i + batches_ahead < batches.size()) fetch(batches[i + batches_ahead].samples);
    if (batches[i].samples.empty()) continue;
    read_reply(batches[i]);
    writer_.add(reply_);
  }
  row.body = writer_.finish();
  row.row.seq = ++last_seq_;
  add.bind(1, last_seq_);
  add.bindNoCopy(2, static_cast<const void*>(row.body.data()), static_cast<int>(row.body.size()));
  written_.push_back(std::move(row));
  add.exec();
  add.reset();
}

void Scrivener::read_reply(const record::Batch& batch) {
  const auto offset = ms(batch.time.time_since_epoch() - batch.at.time_since_epoch());
  if (!offset_ms_ || std::abs(offset - *offset_ms_) >= offset_kept_within_ms) offset_ms_ = offset;
  const auto& shape = catalog_.shape(file_, batch.samples);
  reply_.utc_ms = ms(batch.time.time_since_epoch());
  reply_.age_ms = ms(batch.age);
  reply_.boot = catalog_.boot_row(file_);
  reply_.offset_ms = *offset_ms_;
  reply_.series = shape.series;
  reply_.values.resize(shape.series.size());
  reply_.qualities.resize(shape.series.size());
  for (std::size_t i = 0; i < shape.held.size(); ++i) {
    const auto& sample = batch.samples[shape.held[i]];
    reply_.values[i] = sample.value;
    reply_.qualities[i] = sample.quality;
  }
}

std::vector<Scrivener::Row> Scrivener::committed() {
  std::vector<Row> rows;
  for (Written& written : written_) {
    rows.push_back(written.row);
    tail_.add({written.row.seq, written.samples, std::move(written.body)});
  }
  written_.clear();
  return rows;
}

}  // namespace holdup::store
