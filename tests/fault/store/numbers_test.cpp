#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "catch.hpp"
#include "damage.hpp"
#include "history.hpp"
#include "store/reader.hpp"
#include "store/verification.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store;
using namespace holdup::store::fault;

namespace {

constexpr std::size_t some = 11;  // of each device one series

using Numbers = std::vector<std::string>;

struct Column {
  std::string table, name, key;
};

std::string word(SQLite::Database& file, const std::string& sql) { return file.execAndGet(sql).getString(); }

// By the layout itself, so that none is forgotten.
std::vector<Column> integer_columns(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READONLY};
  SQLite::Statement find{
      file,
      "SELECT t.name, c.name, coalesce((SELECT k.name FROM pragma_table_info(t.name) k WHERE k.pk = 1), 'rowid') FROM "
      "sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type <> 'TEXT' AND c.type <> 'BLOB' "
      "AND t.name || c.name <> 'sqlite_sequencename'"};
  std::vector<Column> out;
  while (find.executeStep()) out.push_back({find.getColumn(0).getString(), find.getColumn(1).getString(), find.getColumn(2).getString()});
  return out;
}

// A row in the middle of its table.
void plant(const std::string& path, const Column& column, const std::string& number) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  const auto& [table, name, key] = column;
  const auto half = word(file, "SELECT count(*) / 2 FROM " + table);
  file.exec("UPDATE OR IGNORE " + table + " SET " + name + " = " + number + " WHERE " + key + " = (SELECT " + key + " FROM " + table +
            " ORDER BY " + key + " LIMIT 1 OFFSET " + half + ")");
}

// Its integers are in text.
void plant_in_meta(const std::string& path, const Column& column, const std::string& number) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE};
  file.exec("INSERT OR REPLACE INTO meta(key, value) VALUES('" + column.name + "', '" + number + " " + number + "')");
}

void verify_all(const std::string& path) {
  auto verification = Verification::open(path);
  while (verification && verification->step()) continue;
}

// Where the number is of the samples alone, all else is as it was; but for whose samples they are.
bool holds_samples(const Column& column) {
  const auto at = column.table + "." + column.name;
  return column.table != "event" && column.table != "audit" && at != "series.row" && at != "label.series";
}

// What is wrong after a life on such a file; nothing when all is well.
std::string outlive(const std::string& path, const Column& column, const Life& before) {
  read_all_of(path, some);
  verify_all(path);
  constexpr unsigned later = 9;
  Witness witness{later};
  {
    auto store = Store::open(options(path, later), witness);
    if (!store) return "not opened: " + store.error().what;
    if (!store->append(event_of(later, 1)) || !store->append(audit_of(later, 1))) return "takes no event";
    for (std::size_t batch = 1; batch <= 24; ++batch) store->append(batch_of(later, batch));
    if (!settle(*store)) return "records nothing: " + store->standing().reason;
  }
  read_all_of(path, some);
  verify_all(path);
  auto reader = Reader::open(path);
  if (!reader) return "cannot be read: " + reader.error().what;
  if (!reader->seq_of("b9-1") || !*reader->seq_of("b9-1")) return "the event that was told is not there";
  if (!holds_samples(column)) return {};
  if (!witness.aside().empty()) return "set aside: " + witness.aside().front().why;
  const auto events = compare_events(*reader, {before, witness.life()});
  if (!events || events->missing != 0 || !events->first.empty()) return "events: " + (events ? events->first : events.error().what);
  const auto samples = compare_samples(*reader, {});
  if (!samples || samples->wrong + samples->doubled != 0) return "samples: " + (samples ? samples->first : samples.error().what);
  return {};
}

// In a process of its own, which may die of it.
bool outlives(const Files& healthy, const Life& before, const Column& column, const Numbers& numbers) {
  std::fflush(stdout);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::alarm(60);  // only what never ends takes so long
    bool well = true;
    const Folder folder;
    for (const auto& number : numbers) {
      folder.clear();
      healthy.write(folder.file());
      column.table == "meta" ? plant_in_meta(folder.file(), column, number) : plant(folder.file(), column, number);
      const auto wrong = outlive(folder.file(), column, before);
      if (!wrong.empty()) std::printf("%s.%s = %s: %s\n", column.table.c_str(), column.name.c_str(), number.c_str(), wrong.c_str());
      well = well && wrong.empty();
    }
    folder.clear();
    std::fflush(stdout);
    std::_Exit(well ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return status == 0;
}

}  // namespace

TEST_CASE("any number in any row of any table is survived, by readers, the check and the daemon") {
  std::vector<Life> lives;
  const auto healthy = grown("a short store with merged chunks", 8, With::chunks, lives);
  const Folder folder;
  healthy.write(folder.file());
  {
    SQLite::Database file{folder.file(), SQLite::OPEN_READWRITE};
    file.exec("INSERT INTO loss(utc_ns, what, from_ms, to_ms, samples) VALUES(1, 'max_bytes', 1, 2, 3)");
  }
  auto columns = integer_columns(folder.file());
  CHECK(columns.size() > 30);
  for (const char* key : {"present", "undated", "undated minutes", "undated hours"}) columns.push_back({"meta", key, ""});
  const auto file = Files::read("", folder.file());
  const Numbers numbers{"9223372036854775807", "-9223372036854775807 - 1", "-1", "9007199254740992"};
  const Numbers texts{"9223372036854775807", "-9223372036854775808", "-1", "9007199254740992"};
  for (const auto& column : columns) {
    CAPTURE(column.table, column.name);
    CHECK(outlives(file, lives.front(), column, column.table == "meta" ? texts : numbers));
  }
}
