#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "collector/forward/source.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

// The store's file as Source: read by a Reader of its own, cursors set through the writer. Opened when it can be, and anew when another
// file has taken its place.
namespace holdup::forward {

class StoreSource final : public Source {
 public:
  StoreSource(std::string path, store::Store& store) : path_{std::move(path)}, store_{store} {}

  [[nodiscard]] ground::Result<std::int64_t> last_recorded() override;
  [[nodiscard]] ground::Result<store::Slice> recorded(std::int64_t after_seq, std::size_t samples) override;
  [[nodiscard]] ground::Result<record::Series> series_at(std::int64_t row) override;
  [[nodiscard]] ground::Result<std::vector<Lasting>> lasting(std::int64_t seq) override;
  [[nodiscard]] ground::Result<std::optional<std::int64_t>> cursor(const std::string& name) override;
  void keep(const std::string& name, std::int64_t position) override { store_.set({name, position}); }
  [[nodiscard]] std::uint64_t file() override { return file_; }

 private:
  [[nodiscard]] ground::Result<void> be_open();
  /// What it gives; after a failure the file is opened anew.
  template <class Call>
  auto of(Call call) -> decltype(call(std::declval<store::Reader&>()));

  std::string path_;
  store::Store& store_;
  std::optional<store::Reader> reader_;
  std::uint64_t inode_ = 0;
  std::uint64_t file_ = 0;
};

}  // namespace holdup::forward
