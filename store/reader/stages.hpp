#pragma once

#include <map>
#include <vector>

#include "store/chain.hpp"
#include "store/reader/session.hpp"
#include "store/verification.hpp"

// What Verification looks at, one after the other; each stage a slice at a time, each slice in a snapshot of its own, going on by row.
namespace holdup::store {

class Verification::Stages {
 public:
  explicit Stages(std::unique_ptr<SQLite::Database> file);

  [[nodiscard]] bool step();
  [[nodiscard]] std::string name() const { return at_ < all_.size() ? all_[at_].name : "done"; }

  std::vector<Flaw> flaws;
  Counts counts;

 private:
  struct Stage {
    std::string name;
    bool (Stages::*look)();  // whether there is more of it
    std::string table = {};
  };

  bool table();
  bool references();
  bool events();
  bool audit();
  bool series();
  bool journal();
  bool chunks();
  bool summaries();
  bool blobs();

  void look_at_chunk(Use& row);
  void look_at_summary(Use& row);
  void flaw(std::string where, std::string what);
  [[nodiscard]] std::int64_t pack_of(std::int64_t series);  // 0: there is no such series

  Session session_;
  std::vector<Stage> all_;
  std::size_t at_ = 0;
  std::int64_t row_ = 0;  // the last one that was looked at
  Hash hash_{};
  std::map<std::int64_t, std::int64_t> pack_of_;  // by series
};

}  // namespace holdup::store
