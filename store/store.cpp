#include "store/store.hpp"

#include <utility>

#include "store/scribe.hpp"

namespace holdup::store {

ground::Result<Store> Store::open(Options options, Listener& listener) {
  auto scribe = Scribe::open(std::move(options), listener);
  if (!scribe) return scribe.error();
  return Store{std::move(*scribe)};
}

Store::Store(std::unique_ptr<Scribe> scribe) : scribe_{std::move(scribe)} {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

ground::Result<void> Store::append(record::Event event) { return scribe_->add(std::move(event)); }
ground::Result<void> Store::append(record::Audit record) { return scribe_->add(std::move(record)); }
void Store::append(record::Batch batch) { scribe_->add(std::move(batch)); }
ground::Result<void> Store::put(Blob blob) { return scribe_->add(std::move(blob)); }
void Store::set(Cursor cursor) { scribe_->add(std::move(cursor)); }
ground::Result<void> Store::flush() { return scribe_->flush(); }
Standing Store::standing() const { return scribe_->standing(); }

}  // namespace holdup::store
