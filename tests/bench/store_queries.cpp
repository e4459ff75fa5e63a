#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "limits/sqlite_rows.hpp"
#include "store/reader.hpp"
#include "store_parts.hpp"
#include "store_stage.hpp"

namespace holdup::bench {
namespace {

constexpr std::size_t first_series = 100, asked_series = 24, single_series = 123;  // volts, which change most

template <class Value>
Value had(ground::Result<Value> result) {
  if (!result) throw std::runtime_error{result.error().what};
  return std::move(*result);
}

std::int64_t row_of(store::Reader& reader, std::size_t series) {
  const auto identity = RackFeed{}.identity(series);
  const auto found = had(reader.series(identity.name, identity.labels));
  if (found.size() != 1) throw std::runtime_error{identity.text() + " is not there once"};
  return found.front().row;
}

/// Ways to ask the same, in turn.
struct Question {
  std::string what;
  std::function<std::size_t()> holdup, rows;
  std::size_t expected;
  double target;
};

void ask(const Question& question, int rounds) {
  std::vector<double> ours, theirs;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = SteadyClock::now();
    if (const auto got = question.holdup(); got != question.expected)
      throw std::runtime_error{question.what + ": " + std::to_string(got) + ", not " + std::to_string(question.expected)};
    const auto middle = SteadyClock::now();
    if (question.rows() != question.expected) throw std::runtime_error{question.what + ": rows lack some"};
    ours.push_back(millis(middle - begin));
    theirs.push_back(millis(SteadyClock::now() - middle));
  }
  const double median = percentile(ours, 0.5), rows = percentile(theirs, 0.5);
  std::printf("%-44s %8.3f %8.3f %8.3f   (target %.1f)  %9.2f   %6.0f\n", question.what.c_str(), median, ours.front(), ours.back(),
              question.target, rows, rows / median);
  std::fflush(stdout);
}

/// The same questions of the hours up to the file's newest sample.
void ask_all(store::Reader& reader, SqliteRows& rows, std::int64_t from, std::int64_t to, const std::string& state) {
  const store::Range range{ground::Utc{std::chrono::milliseconds{from}}, ground::Utc{std::chrono::milliseconds{to}}};
  const auto seconds = static_cast<std::size_t>((to - from) / 1000 + 1);
  const auto minutes = static_cast<std::size_t>(to / 60'000 - from / 60'000 + 1);
  const auto single = row_of(reader, single_series);
  ask({"one series, every sample, " + state, [&] { return had(reader.range(single, range)).size(); },
       [&] { return rows.range(single_series, from, to).size(); }, seconds, 0.3},
      101);
  std::vector<std::int64_t> asked;
  for (std::size_t series = first_series; series < first_series + asked_series; ++series) asked.push_back(row_of(reader, series));
  ask({"24 series of as many devices, minutes, " + state,
       [&] {
         std::size_t out = 0;
         for (const auto row : asked) out += had(reader.buckets(row, range, std::chrono::minutes{1})).size();
         return out;
       },
       [&] {
         std::size_t out = 0;
         for (std::size_t i = 0; i < asked_series; ++i) out += rows.minutes(static_cast<std::int64_t>(first_series + i), from, to).size();
         return out;
       },
       asked_series * minutes, 5},
      51);
}

/// The asked series alone: less than a rack's file, which is to the rows' advantage.
void fill(SqliteRows& rows, std::int64_t seconds) {
  RackWorkload rack;
  for (std::int64_t second = 0; second < seconds; ++second) {
    rack.step();
    std::vector<std::pair<std::int64_t, double>> samples;
    for (std::size_t series = first_series; series < first_series + asked_series; ++series)
      samples.emplace_back(series, rack.value(series));
    rows.write(*rack.reply_ms(0), samples);
  }
}

void check_equal(store::Reader& reader, SqliteRows& rows, std::int64_t from, std::int64_t to) {
  const store::Range range{ground::Utc{std::chrono::milliseconds{from}}, ground::Utc{std::chrono::milliseconds{to}}};
  for (std::size_t series = first_series; series < first_series + asked_series; ++series) {
    const auto ours = had(reader.range(row_of(reader, series), range));
    const auto theirs = rows.range(static_cast<std::int64_t>(series), from, to);
    const auto same = [](const store::Point& point, const auto& row) {
      return point.time == ground::Utc{std::chrono::milliseconds{row.first}} && point.value == row.second;
    };
    if (!std::ranges::equal(ours, theirs, same)) throw std::runtime_error{"series " + std::to_string(series) + " is not what was written"};
  }
}

}  // namespace

void queries(const StoreOptions& options, ReferenceFile& reference) {
  std::printf("\nms for %d h, every answer counted; median, least, most; SQLite rows beside it, and how many times as long they take\n",
              options.hours);
  const auto path = reference.path();
  const Folder folder{memory_folder()};
  SqliteRows rows{folder.file("rows.db"), false};
  const std::int64_t span = options.hours * 3'600'000LL;
  fill(rows, options.hours * 3600 + seconds_after);
  {
    auto reader = had(store::Reader::open(path));
    check_equal(reader, rows, reference.begin_ms(), reference.end_ms() + seconds_after * 1000LL);
    ask_all(reader, rows, reference.begin_ms(), reference.end_ms(), "all merged");
    ask_all(reader, rows, reference.begin_ms() + seconds_after * 1000LL, reference.begin_ms() + seconds_after * 1000LL + span - 1,
            "open tail");
  }
}

}  // namespace holdup::bench
