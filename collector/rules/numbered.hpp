#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/rules/paged.hpp"

// Texts by numbers that count up from 0 as they come: a hash table that grows by one bucket with each text (linear hashing), so that no
// text pays for the move of all, and that holds the texts side by side, so that it is freed in few pieces. Used for whatever has labels as
// key.
namespace holdup::rules {

class Numbered {
 public:
  /// Its number, and whether it is new.
  std::pair<std::uint32_t, bool> add(std::string_view text);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// As let_go(): a turn may rest in it.
  void clear();

 private:
  static constexpr auto none = std::uint32_t{0} - 1;
  struct Entry {
    const char* text = nullptr;
    std::uint32_t length = 0, hash = 0;
    std::uint32_t next = none;  // of its bucket
  };

  [[nodiscard]] std::uint32_t find(std::string_view text, std::uint32_t hash) const;
  [[nodiscard]] std::size_t bucket_of(std::uint32_t hash) const;
  void add_bucket();
  [[nodiscard]] const char* hold(std::string_view text);

  Paged<Entry> entries_;          // by number
  Paged<std::uint32_t> buckets_;  // the first of each; as many as there are entries
  std::vector<std::unique_ptr<char[]>> texts_;
  std::size_t room_ = 0, used_ = 0;  // of the last of them, bytes
};

}  // namespace holdup::rules
