#include "damage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdup::store::fault {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Chance = std::mt19937_64;

constexpr std::size_t page = 4096;

std::size_t below(std::size_t bound, Chance& random) { return bound == 0 ? 0 : random() % bound; }

Bytes bytes_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void flip_bits(Bytes& bytes, std::size_t count, Chance& random) {
  if (bytes.empty()) return;
  for (std::size_t i = 0; i < count; ++i) bytes[below(bytes.size(), random)] ^= static_cast<std::uint8_t>(1U << random() % 8);
}

void fill_page(Bytes& bytes, bool zeros, Chance& random) {
  const auto begin = below(bytes.size() / page, random) * page;
  for (std::size_t i = begin; i < std::min(begin + page, bytes.size()); ++i) bytes[i] = zeros ? 0 : static_cast<std::uint8_t>(random());
}

void exchange_pages(Bytes& bytes, Chance& random) {
  const auto pages = bytes.size() / page;
  const auto a = static_cast<std::ptrdiff_t>(below(pages, random) * page), b = static_cast<std::ptrdiff_t>(below(pages, random) * page);
  if (a != b) std::swap_ranges(bytes.begin() + a, bytes.begin() + a + page, bytes.begin() + b);
}

std::string damage_bytes(Files& files, const Files& stranger, Chance& random) {
  switch (random() % 9) {
    case 0:
      flip_bits(files.main, 1, random);
      return "a bit flipped";
    case 1:
      flip_bits(files.main, 1 + random() % 40, random);
      return "bits flipped";
    case 2:
      fill_page(files.main, true, random);
      return "a page zeroed";
    case 3:
      fill_page(files.main, false, random);
      return "a page of garbage";
    case 4:
      files.main.resize(below(files.main.size(), random));
      return "cut short";
    case 5:
      exchange_pages(files.main, random);
      return "pages exchanged";
    case 6:
      files.log.resize(below(files.log.size(), random));
      return "the log cut short";
    case 7:
      flip_bits(files.log, 1 + random() % 40, random);
      return "bits of the log flipped";
    default:
      files.log = stranger.log;
      return "another store's log";
  }
}

struct Place {
  const char* table;
  const char* column;
  const char* key;
};

// What carries a checksum of its own.
constexpr std::array<Place, 4> blocks{
    {{"journal", "body", "seq"}, {"chunk", "body", "row"}, {"summary", "body", "row"}, {"blob", "bytes", "row"}}};

constexpr std::array<Place, 22> numbers{
    {{"chunk", "pack", "row"},      {"chunk", "level", "row"},     {"chunk", "from_ms", "row"}, {"chunk", "to_ms", "row"},
     {"chunk", "from_seq", "row"},  {"chunk", "to_seq", "row"},    {"chunk", "samples", "row"}, {"summary", "pack", "row"},
     {"summary", "span_ms", "row"}, {"summary", "from_ms", "row"}, {"summary", "to_ms", "row"}, {"pack", "sealed", "row"},
     {"pack", "device", "row"},     {"series", "pack", "row"},     {"series", "name", "row"},   {"event", "utc_ns", "seq"},
     {"event", "json", "seq"},      {"audit", "json", "seq"},      {"audit", "hash", "seq"},    {"audit", "utc_ns", "seq"},
     {"journal", "seq", "seq"},     {"cursor", "position", "name"}}};

// The key of a row of this table; nothing where there is none.
std::string some_row(SQLite::Database& file, const Place& place, Chance& random) {
  SQLite::Statement find{file, std::string{"SELECT "} + place.key + " FROM " + place.table + " LIMIT 1 OFFSET ?"};
  const auto rows = static_cast<std::size_t>(file.execAndGet(std::string{"SELECT count(*) FROM "} + place.table).getInt64());
  if (rows == 0) return {};
  find.bind(1, static_cast<std::int64_t>(below(rows, random)));
  return find.executeStep() ? find.getColumn(0).getString() : std::string{};
}

Bytes spoilt(Bytes bytes, Chance& random) {
  switch (random() % 5) {
    case 0:
      bytes.resize(below(bytes.size(), random));
      break;
    case 1:
      bytes.resize(bytes.size() + 1 + random() % 64, static_cast<std::uint8_t>(random()));
      break;
    case 2:
      std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
      break;
    default:
      flip_bits(bytes, 1 + random() % 8, random);
  }
  return bytes;
}

void spoil_block(SQLite::Database& file, const Place& place, Chance& random) {
  const auto row = some_row(file, place, random);
  if (row.empty()) return;
  const std::string where = std::string{" WHERE "} + place.key + " = ?";
  SQLite::Statement find{file, std::string{"SELECT "} + place.column + " FROM " + place.table + where};
  find.bind(1, row);
  if (!find.executeStep()) return;
  const auto* from = static_cast<const std::uint8_t*>(find.getColumn(0).getBlob());
  const Bytes bytes = spoilt(Bytes(from, from + find.getColumn(0).getBytes()), random);
  find.reset();
  SQLite::Statement put{file, std::string{"UPDATE OR IGNORE "} + place.table + " SET " + place.column + " = ?" + where};
  put.bind(1, bytes.empty() ? static_cast<const void*>("") : bytes.data(), static_cast<int>(bytes.size()));
  put.bind(2, row);
  put.exec();
}

void put_odd_number(SQLite::Database& file, const Place& place, Chance& random) {
  constexpr std::array<const char*, 10> odd{
      "0", "-1", "9223372036854775807", "-9223372036854775808", "1", "4294967296", "'text'", "x'FF00'", "1e300", "7"};
  const auto row = some_row(file, place, random);
  if (row.empty()) return;
  SQLite::Statement put{file, std::string{"UPDATE OR IGNORE "} + place.table + " SET " + place.column + " = " +
                                  odd[below(odd.size(), random)] + " WHERE " + place.key + " = ?"};
  put.bind(1, row);
  put.tryExecuteStep();  // a key takes no text
}

}  // namespace

Files Files::read(const std::string& name, const std::string& path) { return {name, bytes_of(path), bytes_of(path + "-wal")}; }

void Files::write(const std::string& path) const {
  std::filesystem::remove(path + "-shm");
  std::filesystem::remove(path + "-wal");
  write_bytes(path, main);
  if (!log.empty()) write_bytes(path + "-wal", log);
}

Damage damage(const Files& healthy, const Files& stranger, const std::string& path, std::mt19937_64& random) {
  Damage out;
  if (random() % 2 == 0) {
    Files files = healthy;
    out.what = damage_bytes(files, stranger, random);
    out.header = files.main.size() < 100 || !std::equal(files.main.begin(), files.main.begin() + 100, healthy.main.begin());
    files.write(path);
  } else {
    healthy.write(path);
    SQLite::Database file{path, SQLite::OPEN_READWRITE};
    out.bodies = random() % 2 == 0;
    out.what = out.bodies ? "blocks spoilt" : "odd numbers in rows";
    for (std::size_t count = 1 + random() % 6; count > 0; --count)
      out.bodies ? spoil_block(file, blocks[below(blocks.size(), random)], random)
                 : put_odd_number(file, numbers[below(numbers.size(), random)], random);
  }
  out.what = healthy.name + ": " + out.what;
  return out;
}

}  // namespace holdup::store::fault
