#include "store/replay.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/bounds.hpp"
#include "store/housekeeper.hpp"
#include "store/journal_run.hpp"
#include "store/sorter.hpp"
#include "store/tables.hpp"

namespace holdup::store {
namespace {

// Of a pack whose number no row can have had, what is in its chunks tells it.
void mend_sealed(SQLite::Database& file) {
  SQLite::Statement find{file, "SELECT row FROM pack WHERE NOT (typeof(sealed) = 'integer' AND sealed >= 0 AND sealed < ?)"};
  find.bind(1, implausible_seq);
  std::vector<std::int64_t> damaged;
  while (find.executeStep()) damaged.push_back(find.getColumn(0).getInt64());
  find.reset();
  for (const auto pack : damaged)
    execute(file,
            "UPDATE pack SET sealed = coalesce((SELECT max(to_seq) FROM chunk WHERE chunk.pack = pack.row AND to_seq < ?1), 0) "
            "WHERE row = ?2",
            {implausible_seq, pack});
}

Sorter::Sealed sealed_of(SQLite::Database& file) {
  Sorter::Sealed out;
  SQLite::Statement find{file, "SELECT row, sealed FROM pack"};
  while (find.executeStep()) out.emplace(find.getColumn(0).getInt64(), find.getColumn(1).getInt64());
  return out;
}

// A row without replies, so that the numbers of those that went from the end are not given to others.
void keep_number(SQLite::Database& file, std::int64_t seq) {
  const auto body = codec::JournalWriter{}.write({}, true);
  SQLite::Statement add{file, "INSERT INTO journal(seq, body) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM journal WHERE seq > ?1)"};
  add.bind(1, seq);
  add.bindNoCopy(2, static_cast<const void*>(body.data()), static_cast<int>(body.size()));
  add.exec();
}

void drop(SQLite::Database& file, const std::vector<std::int64_t>& damaged, Housekeeper& keeper) {
  if (damaged.empty()) return;
  Loss loss{.what = "journal rows " + std::to_string(damaged.front()) + " to " + std::to_string(damaged.back()),
            .why = "their bytes are damaged"};
  SQLite::Transaction transaction{file};
  for (const auto seq : damaged) execute(file, "DELETE FROM journal WHERE seq = ?", {seq});
  const auto last = std::ranges::find_if(damaged.rbegin(), damaged.rend(), is_seq);
  if (last != damaged.rend()) keep_number(file, *last);
  insert(file, loss);
  transaction.commit();
  keeper.tell_loss(std::move(loss));
}

}  // namespace

std::int64_t replay(SQLite::Database& file, Sorter& sorter, Housekeeper& keeper) {
  mend_sealed(file);
  const auto sealed = sealed_of(file);
  JournalRun run;
  std::vector<std::int64_t> damaged;
  SQLite::Statement find{file, "SELECT seq, body FROM journal ORDER BY seq"};
  while (find.executeStep()) {
    const auto seq = find.getColumn(0).getInt64();
    const codec::BytesView body{static_cast<const std::uint8_t*>(find.getColumn(1).getBlob()),
                                static_cast<std::size_t>(find.getColumn(1).getBytes())};
    const auto batches = run.read(seq, body);
    if (!batches) {
      damaged.push_back(seq);
      continue;
    }
    for (const auto& batch : *batches) sorter.add(seq, batch, sealed);
    keeper.note_row(seq, codec::JournalReader::is_key(body).value(), batches->empty() ? 0 : batches->back().utc_ms);
  }
  find.reset();
  drop(file, damaged, keeper);
  return number(file, "SELECT max(coalesce((SELECT max(seq) FROM journal), 0), coalesce((SELECT max(sealed) FROM pack), 0))");
}

}  // namespace holdup::store
