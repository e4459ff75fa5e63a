#include "store/chain.hpp"

#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "ground/expect.hpp"

namespace holdup::store {
namespace {

class Digest {
 public:
  Digest() : context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free} {
    HOLDUP_EXPECT(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(const void* bytes, std::size_t size) { HOLDUP_EXPECT(EVP_DigestUpdate(context_.get(), bytes, size) == 1); }
  void add(std::int64_t number) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * i));
    add(bytes.data(), bytes.size());
  }
  void add_field(std::int64_t number) {
    add(std::int64_t{8});
    add(number);
  }
  void add_field(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    add(text.data(), text.size());
  }
  Hash finish() {
    Hash hash{};
    HOLDUP_EXPECT(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

Hash chained(const Hash& before, std::int64_t seq, const record::Audit& record) {
  Digest digest;
  digest.add(before.data(), before.size());
  digest.add_field(seq);
  digest.add_field(std::int64_t{record.time.time_since_epoch().count()});
  digest.add_field(record.boot);
  digest.add_field(std::int64_t{record.at.time_since_epoch().count()});
  digest.add_field(record.actor);
  digest.add_field(record.action);
  digest.add_field(record.json);
  return digest.finish();
}

}  // namespace holdup::store
