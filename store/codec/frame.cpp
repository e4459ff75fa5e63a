#include "store/codec/frame.hpp"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>
#include <new>

namespace holdup::store::codec {
namespace {

constexpr std::size_t magic_size = 4;
constexpr std::uint8_t magic[magic_size] = {0x28, 0xB5, 0x2F, 0xFD};

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor(Effort effort) {
  thread_local std::unique_ptr<ZSTD_CCtx, Free> contexts[2];
  auto& context = contexts[static_cast<std::size_t>(effort)];
  if (context) return context.get();
  context.reset(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc{};
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  if (effort == Effort::digits) ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, 7);  // short matches cost more than they save
  return context.get();
}

ZSTD_DCtx* decompressor() {
  thread_local std::unique_ptr<ZSTD_DCtx, Free> context;
  if (!context) context.reset(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc{};
  return context.get();
}

}  // namespace

bool compress(BytesView bytes, Effort effort, Bytes& out) {
  thread_local Bytes room;
  room.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(compressor(effort), room.data(), room.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) || size - magic_size >= bytes.size()) return false;
  out.insert(out.end(), room.begin() + magic_size, room.begin() + static_cast<std::ptrdiff_t>(size));
  return true;
}

std::optional<Bytes> decompress(BytesView frame, std::size_t most) {
  thread_local Bytes whole;
  whole.assign(magic, magic + magic_size);
  put(whole, frame);
  for (std::size_t room = std::min(most, 64 * frame.size());; room = std::min(most, 8 * room)) {
    Bytes out(room);
    const std::size_t size = ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), whole.data(), whole.size());
    if (!ZSTD_isError(size)) return out.resize(size), out;
    if (room == most || ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) return std::nullopt;
  }
}

std::uint32_t crc32(BytesView bytes) { return static_cast<std::uint32_t>(::crc32_z(0, bytes.data(), bytes.size())); }

void close(Bytes& body) { put_fixed(body, crc32(body), 4); }

ground::Result<BytesView> checked(BytesView body) {
  if (body.size() < 4) return malformed("shorter than its checksum");
  const BytesView inner = body.first(body.size() - 4);
  if (Cursor{body.last(4)}.fixed(4) != crc32(inner)) return malformed("its checksum is wrong");
  return inner;
}

}  // namespace holdup::store::codec
