#include "drivers/snmp/v3/usm.hpp"

#include <net-snmp/net-snmp-config.h>  // first of its kind

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/lcd_time.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <string>

#include "drivers/snmp/v3/answer.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::v3 {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

Failure broken(const char* what) { return {FailureKind::machine, std::string{"net-snmp "} + what}; }

// It reads no file, loads no MIB, keeps no state, says nothing: all it gives us is in memory. Its local engine id is drawn anew.
bool start() {
  const auto set = [](int what) { netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, what, 1); };
  for (const int what : {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
                         NETSNMP_DS_LIB_DONT_PERSIST_STATE, NETSNMP_DS_LIB_DISABLE_CONFIG_LOAD})
    set(what);
  netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
  std::array<char, 10> nowhere{"/dev/null"};  // no folder can be made below it
  set_persistent_directory(nowhere.data());
  set_configuration_directory(nowhere.data());
  netsnmp_set_mib_directory(nowhere.data());
  init_snmp("holdup");
  std::setlocale(LC_CTYPE, "C");  // init_snmp took the environment's
  return true;
}

void ensure_started() {
  static const bool started = start();
  HOLDUP_EXPECT(started);
}

snmp_secmod_def& usm() {
  ensure_started();
  snmp_secmod_def* found = find_sec_mod(SNMP_SEC_MODEL_USM);
  HOLDUP_EXPECT(found != nullptr);
  return *found;
}

int type_of(Auth auth) {
  constexpr std::array<int, 7> types{NETSNMP_USMAUTH_NOAUTH,        NETSNMP_USMAUTH_HMACMD5,       NETSNMP_USMAUTH_HMACSHA1,
                                     NETSNMP_USMAUTH_HMAC128SHA224, NETSNMP_USMAUTH_HMAC192SHA256, NETSNMP_USMAUTH_HMAC256SHA384,
                                     NETSNMP_USMAUTH_HMAC384SHA512};
  return types[static_cast<std::size_t>(auth)];
}

int type_of(Priv priv) {
  constexpr std::array<int, 7> types{USM_CREATE_USER_PRIV_NONE,        USM_CREATE_USER_PRIV_DES,    USM_CREATE_USER_PRIV_AES,
                                     USM_CREATE_USER_PRIV_AES192,      USM_CREATE_USER_PRIV_AES256, USM_CREATE_USER_PRIV_AES192_CISCO,
                                     USM_CREATE_USER_PRIV_AES256_CISCO};
  return types[static_cast<std::size_t>(priv)];
}

struct Protocol {
  const oid* name = nullptr;
  std::size_t length = 0;
};

template <class Word>
Protocol protocol(Word word) {
  ensure_started();
  Protocol out;
  if constexpr (std::is_same_v<Word, Auth>)
    out.name = sc_get_auth_oid(type_of(word), &out.length);
  else
    out.name = sc_get_priv_oid(type_of(word), &out.length);
  return out;
}

int level_of(Level level) {
  if (level == Level::no_auth) return SNMP_SEC_LEVEL_NOAUTH;
  return level == Level::auth ? SNMP_SEC_LEVEL_AUTHNOPRIV : SNMP_SEC_LEVEL_AUTHPRIV;
}

std::uint8_t* copy(std::span<const std::uint8_t> bytes) { return static_cast<std::uint8_t*>(netsnmp_memdup(bytes.data(), bytes.size())); }

bool derive(Auth auth, Key& key) {
  const auto hash = protocol(auth);
  std::array<std::uint8_t, USM_LENGTH_KU_HASHBLOCK> master{};
  std::size_t size = master.size();
  const auto passphrase = key.passphrase.bytes();
  const int code = generate_Ku(hash.name, static_cast<u_int>(hash.length), passphrase.data(), passphrase.size(), master.data(), &size);
  if (code == SNMPERR_SUCCESS) key.master = Secret{std::span{master}.first(size)};
  ::explicit_bzero(master.data(), master.size());
  key.passphrase.wipe();
  return code == SNMPERR_SUCCESS;
}

/// Ku to Kul (RFC 3414 A.2): calloc'ed, and of room for the longest privacy key.
std::uint8_t* localised(Auth auth, const Key& key, const EngineId& engine, std::size_t& size) {
  const auto hash = protocol(auth);
  size = USM_LENGTH_KU_HASHBLOCK;
  auto* out = static_cast<std::uint8_t*>(std::calloc(1, size));
  const auto master = key.master.bytes();
  const int code =
      generate_kul(hash.name, static_cast<u_int>(hash.length), engine.data(), engine.size(), master.data(), master.size(), out, &size);
  if (code == SNMPERR_SUCCESS) return out;
  std::free(out);
  return nullptr;
}

void set_protocols(usmUser& user, const Credential& credential) {
  const auto auth = protocol(credential.auth);
  const auto priv = protocol(credential.priv);
  SNMP_FREE(user.authProtocol);
  SNMP_FREE(user.privProtocol);
  user.authProtocol = snmp_duplicate_objid(auth.name, auth.length);
  user.authProtocolLen = auth.length;
  user.privProtocol = snmp_duplicate_objid(priv.name, priv.length);
  user.privProtocolLen = priv.length;
}

bool set_keys(usmUser& user, const Credential& credential, const EngineId& engine) {
  if (credential.auth == Auth::none) return true;
  user.authKey = localised(credential.auth, credential.auth_key, engine, user.authKeyLen);
  if (user.authKey == nullptr) return false;
  if (credential.priv == Priv::none) return true;
  user.privKey = localised(credential.auth, credential.priv_key, engine, user.privKeyLen);
  return user.privKey != nullptr && usm_extend_user_kul(&user, USM_LENGTH_KU_HASHBLOCK) == SNMPERR_SUCCESS;
}

/// The library's tables hold this user and this engine's clock, as it stands now, while a message is made or opened. The clock is found by
/// a hash of the engine id that costs as much as a message's own: its entry stays as long as the user, and is set anew for each message.
class Tables {
 public:
  Tables(const User* user, const Engine& engine) : user_{user}, id_{engine.id} {
    if (user_ != nullptr) usm_add_user(user_->get());
    if (!engine.proven) free_enginetime(id_.data(), id_.size());  // what was proven before would stand
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(ground::clock::now() - engine.told);
    set_enginetime(id_.data(), length(), engine.boots, engine.time + static_cast<std::uint32_t>(since.count()), engine.proven ? 1 : 0);
  }
  ~Tables() {
    if (user_ != nullptr) usm_remove_user(user_->get());
  }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

 private:
  [[nodiscard]] u_int length() const { return static_cast<u_int>(id_.size()); }

  const User* user_;
  EngineId id_;
};

/// An engine whose boots stand there can prove no clock any more: it wants a new id (RFC 3414 2.2.2 and 3.2.7 b).
constexpr std::uint32_t boots_end = 2147483647;

/// What an authentic message says of its engine's clock, where it is newer (RFC 3414 3.2.7 b).
void take_clock(const Message& message, Engine& engine) {
  const bool newer = message.boots > engine.boots || (message.boots == engine.boots && message.time > engine.time);
  if (engine.proven && !newer) return;
  engine.boots = message.boots;
  engine.time = message.time;
  engine.told = ground::clock::now();
  engine.proven = true;
}

/// A buffer as net-snmp grows them: it is filled from its end.
struct Buffer {
  explicit Buffer(std::size_t bytes) : start{static_cast<std::uint8_t*>(std::malloc(bytes))}, size{bytes} {}
  ~Buffer() { std::free(start); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void put(Bytes bytes) {
    used += bytes.size();
    std::copy(bytes.begin(), bytes.end(), start + size - used);
  }
  [[nodiscard]] Bytes content() const { return {start + size - used, used}; }

  std::uint8_t* start;
  std::size_t size, used = 0;
};

struct Whole {
  std::vector<std::uint8_t> head;
  Level level;
  const User* user;
  const Engine& engine;
  std::vector<std::uint8_t>& scoped;
};

Result<std::vector<std::uint8_t>> seal_whole(const Whole& what) {
  auto head = what.head;
  Buffer buffer{what.scoped.size() + 512};
  if (what.level != Level::auth_priv) buffer.put(what.scoped);
  usmUser* const who = what.user != nullptr ? what.user->get() : nullptr;
  std::string name{who != nullptr ? who->name : ""};
  EngineId engine_id = what.engine.id;
  const Tables tables{what.user, what.engine};
  snmp_secmod_outgoing_params params{};
  params.globalData = head.data();
  params.globalDataLen = head.size();
  params.secModel = SNMP_SEC_MODEL_USM;
  params.secEngineID = engine_id.data();
  params.secEngineIDLen = engine_id.size();
  params.secName = name.data();
  params.secNameLen = name.size();
  params.secLevel = level_of(what.level);
  params.scopedPdu = what.scoped.data();
  params.scopedPduLen = what.scoped.size();
  params.wholeMsg = &buffer.start;
  params.wholeMsgLen = &buffer.size;
  params.wholeMsgOffset = &buffer.used;
  if (usm().encode_reverse(&params) != SNMPERR_SUCCESS) return broken("cannot seal a message");
  return std::vector<std::uint8_t>{buffer.content().begin(), buffer.content().end()};
}

}  // namespace

void User::Free::operator()(usmUser* user) const {
  if (user->engineID != nullptr) free_enginetime(user->engineID, user->engineIDLen);
  usm_free_user(user);
}

Result<User> User::localise(const Credential& credential, const EngineId& engine) {
  ensure_started();
  User out{usm_create_user()};
  usmUser& user = *out.get();
  user.name = ::strdup(credential.user.c_str());
  user.secName = ::strdup(credential.user.c_str());
  user.engineID = copy(engine);
  user.engineIDLen = engine.size();
  user.userStatus = SNMP_ROW_ACTIVE;
  set_protocols(user, credential);
  if (!set_keys(user, credential, engine)) return broken("cannot localise a key");
  return out;
}

Result<bool> derive_one(Credential& credential) {
  for (Key* key : {&credential.auth_key, &credential.priv_key}) {
    if (key->passphrase.empty()) continue;
    if (!derive(credential.auth, *key)) return broken("cannot derive a key");
    return true;
  }
  return false;
}

Result<Sealed> Sealing::seal() const {
  Sealed out;
  out.id_ = id;
  out.scoped_ = encode_scoped(question);
  HOLDUP_EXPECT(may_be_sealed(out.scoped_));
  const auto flags = static_cast<std::uint8_t>(static_cast<std::uint8_t>(level) | reportable);
  auto whole = seal_whole({.head = encode_head(id, flags), .level = level, .user = user, .engine = engine, .scoped = out.scoped_});
  if (!whole) return whole.error();
  out.datagram_ = *std::move(whole);
  return out;
}

Result<Sealed> Answering::seal() const {
  Sealed out;
  out.id_ = id;
  out.scoped_ = scoped;
  HOLDUP_EXPECT(answer_may_be_sealed(out.scoped_));
  if (level == Level::no_auth) {
    out.datagram_ =
        encode_plain({.id = id, .engine = engine, .time = engine.time_at(ground::clock::now()), .user = name, .scoped = scoped});
    return out;
  }
  HOLDUP_EXPECT(user != nullptr);
  auto head = encode_head(id, static_cast<std::uint8_t>(level));
  auto whole = seal_whole({.head = std::move(head), .level = level, .user = user, .engine = engine, .scoped = out.scoped_});
  if (!whole) return whole.error();
  out.datagram_ = *std::move(whole);
  return out;
}

Opened open_sealed(Bytes datagram, const Message& message, const User& user, Engine& engine) {
  std::vector<std::uint8_t> whole{datagram.begin(), datagram.end()};  // it blanks the authentication code there
  std::vector<std::uint8_t> plain(datagram.size());
  std::array<std::uint8_t, USM_MAX_ID_LENGTH> engine_id{};
  std::array<char, USM_MAX_ID_LENGTH> name{};
  std::size_t engine_size = engine_id.size(), name_size = name.size(), plain_size = plain.size(), largest = 0;
  std::uint8_t* scoped = plain.data();
  void* state = nullptr;
  const Tables tables{&user, engine};
  snmp_secmod_incoming_params params{};
  params.maxMsgSize = datagram.size();
  params.secParams = whole.data() + (message.sealed_by.data() - datagram.data());
  params.secModel = SNMP_SEC_MODEL_USM;
  params.secLevel = level_of(message.level());
  params.wholeMsg = whole.data();
  params.wholeMsgLen = whole.size();
  params.secEngineID = engine_id.data();
  params.secEngineIDLen = &engine_size;
  params.secName = name.data();
  params.secNameLen = &name_size;
  params.scopedPdu = &scoped;
  params.scopedPduLen = &plain_size;
  params.maxSizeResponse = &largest;
  params.secStateRef = &state;
  const int code = usm().decode(&params);
  if (state != nullptr) usm().pdu_free_state_ref(state);
  const bool authentic = code == SNMPERR_SUCCESS || code == SNMPERR_USM_DECRYPTIONERROR;
  if (code == SNMPERR_USM_NOTINTIMEWINDOW || (authentic && message.boots >= boots_end)) return {Refusal::not_in_window, {}};
  if (authentic) take_clock(message, engine);
  if (code == SNMPERR_USM_DECRYPTIONERROR || code == SNMPERR_USM_PARSEERROR) return {Refusal::cannot_decrypt, {}};
  if (code != SNMPERR_SUCCESS) return {Refusal::wrong_digest, {}};
  return {std::nullopt, {scoped, scoped + plain_size}};
}

}  // namespace holdup::v3
