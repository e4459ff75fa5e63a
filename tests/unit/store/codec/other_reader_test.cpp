#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "catch.hpp"
#include "store/codec/chunk.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/summary.hpp"
#include "unit/store/codec/columns.hpp"

using namespace holdup;
using namespace holdup::store::codec;

namespace {

/// What is expected of the other reader: the words of its lines, numbers in any form.
struct Bodies {
  std::ofstream file;
  std::vector<std::vector<std::string>> lines;

  void add(const char* kind, const Bytes& body) {
    file << kind << '\t';
    for (const std::uint8_t byte : body) file << "0123456789abcdef"[byte >> 4U] << "0123456789abcdef"[byte & 15U];
    file << '\n';
  }
};

std::string exact(double value) {
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%a", value);
  return text.data();
}

bool same_word(const std::string& got, const std::string& wanted) {
  if (got == wanted) return true;
  const double a = std::strtod(got.c_str(), nullptr), b = std::strtod(wanted.c_str(), nullptr);
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

void add_chunk(Bodies& out, Random& random, std::size_t rows, std::int64_t jitter) {
  const Times clock = times(random, rows, jitter);
  ChunkWriter writer;
  writer.begin(clock);
  std::int64_t series = 3;
  for (const Kind& kind : kinds()) {
    const auto values = column(kind, random, rows);
    const auto quality = qualities(random, rows, 40);
    writer.add(series, values, quality);
    for (std::size_t row = 0; row < rows; ++row)
      out.lines.push_back({"chunk", std::to_string(series), std::to_string(clock.seq[row]), std::to_string(clock.utc_ms[row]),
                           exact(values[row]), std::to_string(static_cast<int>(quality[row])), std::to_string(clock.age_ms[row])});
    series += 5;
  }
  out.add("chunk", writer.finish());
}

void add_journal(Bodies& out, Random& random) {
  JournalWriter writer;
  for (std::int64_t second = 0; second < 20; ++second) {
    std::vector<JournalBatch> row;
    for (std::int64_t device = 0; device < 3; ++device) {
      JournalBatch& batch = row.emplace_back(JournalBatch{1'767'225'600'000 + 1000 * second + device, device, 1, second, {}, {}, {}});
      std::vector<std::int64_t> series;
      for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
        series.push_back(100 * device + static_cast<std::int64_t>(kind));
        batch.values.push_back(kinds()[kind].next(random, 230));
      }
      batch.series = series;
      batch.qualities = qualities(random, batch.series.size(), 30);
      for (std::size_t i = 0; i < batch.series.size(); ++i)
        out.lines.push_back({"journal", std::to_string(batch.series[i]), std::to_string(batch.utc_ms), exact(batch.values[i]),
                             std::to_string(static_cast<int>(batch.qualities[i])), std::to_string(batch.age_ms)});
    }
    out.add("journal", writer.write(row, second == 10));
  }
}

void add_summaries(Bodies& out, Random& random, std::int64_t count) {
  SummaryWriter writer{60'000};
  std::int64_t series = 1;
  for (const Kind& kind : kinds()) {
    std::vector<Summary> all;
    for (std::int64_t at = 0; at < count; ++at) {
      const auto values = column(kind, random, 1);
      all.push_back(
          {(29'000'000 + at) * 60'000, static_cast<std::uint64_t>(at % 7 == 3 ? 59 : 60), values[0], values[0], values[0], values[0]});
    }
    writer.add(series++, all);
  }
  const Bytes body = writer.finish();
  const auto reader = SummaryReader::open(body);
  REQUIRE(reader);
  for (std::size_t place = 0; place < reader->series().size(); ++place)
    for (const Summary& one : reader->read(place).value())
      out.lines.push_back({"summary", std::to_string(reader->series()[place]), std::to_string(one.from_ms), std::to_string(one.count),
                           exact(one.min), exact(one.max), exact(one.sum), exact(one.last)});
  out.add("summary", body);
}

/// The words of each line that the command prints; nothing when it fails.
std::vector<std::vector<std::string>> output_of(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string all;
  std::array<char, 4096> some{};
  for (std::size_t size = 0; (size = std::fread(some.data(), 1, some.size(), pipe)) > 0;) all.append(some.data(), size);
  if (pclose(pipe) != 0) return {};
  std::vector<std::vector<std::string>> lines;
  std::istringstream text{all};
  for (std::string line; std::getline(text, line);) {
    std::istringstream words{line};
    auto& one = lines.emplace_back();
    for (std::string word; words >> word;) one.push_back(word);
  }
  return lines;
}

}  // namespace

TEST_CASE("a program that knows FORMAT.md alone reads the same out of chunks, journal rows and summaries") {
  std::array<char, 32> name{"/tmp/holdup-bodies-XXXXXX"};
  const int made = mkstemp(name.data());
  REQUIRE(made >= 0);
  close(made);
  Bodies bodies{std::ofstream{name.data()}, {}};
  Random random{31};
  for (const std::size_t rows : {0, 1, 2, 3, 40, 600}) add_chunk(bodies, random, rows, rows % 2 == 0 ? 500 : 0);
  add_journal(bodies, random);
  for (const std::int64_t count : {0, 1, 2, 40}) add_summaries(bodies, random, count);
  bodies.file.close();
  const auto got = output_of("/usr/bin/python3 -B " HOLDUP_SOURCE_DIR "/tests/store/read_store.py --bodies " + std::string{name.data()});
  std::remove(name.data());
  REQUIRE(got.size() == bodies.lines.size());
  std::size_t different = 0;
  for (std::size_t line = 0; line < got.size(); ++line) {
    const bool same = std::equal(got[line].begin(), got[line].end(), bodies.lines[line].begin(), bodies.lines[line].end(), same_word);
    if (!same && ++different < 10) UNSCOPED_INFO("line " << line << " " << got[line][0] << " series " << got[line][1]);
  }
  CHECK(different == 0);
}
