#include "platter.hpp"

#include <algorithm>
#include <fstream>

namespace holdup::store::fault {
namespace {

void put(std::vector<std::uint8_t>& to, std::int64_t offset, const std::uint8_t* bytes, std::size_t count) {
  const auto at = static_cast<std::size_t>(offset);
  if (to.size() < at + count) to.resize(at + count);
  std::copy_n(bytes, count, to.begin() + offset);
}

void apply_whole(std::vector<std::uint8_t>& to, const Deed& deed) {
  if (deed.kind == Deed::Kind::truncate) return to.resize(static_cast<std::size_t>(deed.offset));
  put(to, deed.offset, deed.bytes.data(), deed.bytes.size());
}

}  // namespace

void Platter::apply(const Deed& deed) {
  Object& object = objects_[deed.object];
  switch (deed.kind) {
    case Deed::Kind::create:
      names_[deed.name].now = deed.object;
      break;
    case Deed::Kind::remove:
      names_[deed.name].now = 0;
      break;
    case Deed::Kind::write:
    case Deed::Kind::truncate:
      object.since.push_back(deed);
      break;
    case Deed::Kind::sync:
      for (const Deed& pending : object.since) apply_whole(object.safe, pending);
      object.since.clear();
      sync_folder();
      break;
    case Deed::Kind::failed_sync:  // the kernel takes these pages for written from now on
      object.safe = left_of(object, Remains::some);
      object.since.clear();
      break;
    case Deed::Kind::mark:
      break;
  }
}

// A new log's first sync is followed by its folder's, which takes along what else was made there.
void Platter::sync_folder() {
  for (auto& [name, of] : names_) of.before = of.now;
}

Platter::Bytes Platter::left_of(const Object& object, Remains remains) {
  Bytes out = object.safe;
  if (remains == Remains::nothing) return out;
  for (const Deed& deed : object.since) {
    const bool last = &deed == &object.since.back();
    if (remains == Remains::everything || (remains == Remains::torn && !last))
      apply_whole(out, deed);
    else if (deed.kind == Deed::Kind::write)
      apply_sectors(out, deed, remains);
    else if (remains == Remains::torn || heads())
      apply_whole(out, deed);
  }
  return out;
}

// Sectors are written whole or not; a byte that this write does not mean stays as it is.
void Platter::apply_sectors(Bytes& to, const Deed& write, Remains remains) {
  const std::int64_t end = write.offset + static_cast<std::int64_t>(write.bytes.size());
  const std::int64_t half = write.offset + (end - write.offset) / 2 / sector_ * sector_;
  for (std::int64_t from = write.offset; from < end;) {
    const std::int64_t next = std::min(end, (from / sector_ + 1) * sector_);
    if (remains == Remains::torn ? next <= half : heads()) {
      auto bytes = std::vector<std::uint8_t>(write.bytes.begin() + (from - write.offset), write.bytes.begin() + (next - write.offset));
      if (remains == Remains::spoilt && random_() % 4 == 0)
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
      put(to, from, bytes.data(), bytes.size());
    }
    from = next;
  }
}

void Platter::lay_out(const std::string& folder, Remains remains) {
  for (const auto& [name, of] : names_) {
    const bool folder_written = remains == Remains::everything || remains == Remains::torn || (remains != Remains::nothing && heads());
    const auto object = folder_written ? of.now : of.before;
    if (object == 0) continue;
    const Bytes bytes = left_of(objects_[object], remains);
    std::ofstream{folder + "/" + name, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                               static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace holdup::store::fault
