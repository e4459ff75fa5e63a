#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include "collector/cli/credential.hpp"
#include "collector/cli/verbs.hpp"
#include "drivers/open/secret.hpp"
#include "drivers/snmp/community_asker.hpp"
#include "drivers/snmp/v3/session.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup scan`: one SNMP question to each address of a range, so slowly that no card minds. What answers is printed as a site file has it.
namespace holdup::cli {
namespace {

namespace asio = boost::asio;
using ground::Duration;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using profile::Oid;

constexpr unsigned shortest_prefix = 16;

struct Search {
  asio::ip::network_v4 range;
  std::uint16_t port = 161;
  snmp::Version version = snmp::Version::v2c;
  std::string community, community_file, v3_file;
  v3::SharedCredential credential{};  // then SNMPv3
  Duration pause{}, timeout{};
  bool json = false;
};

struct Found {
  std::string address, description;
  Oid object_id;
};

int complain(const std::string& what) {
  std::cerr << "holdup scan: " << what << '\n';
  return usage;
}

Result<Search> search_of(const ScanOptions& options) {
  boost::system::error_code error;
  Search out{.range = asio::ip::make_network_v4(options.range, error),
             .port = options.port,
             .version = options.version == "1" ? snmp::Version::v1 : snmp::Version::v2c,
             .community = options.community,
             .community_file = options.community_file,
             .v3_file = options.v3_file,
             .json = options.json};
  if (error || out.range.prefix_length() < shortest_prefix)
    return Failure{FailureKind::unsupported, ground::printable(options.range) + ": write addresses as 192.0.2.0/24, at most a /16"};
  const auto rate = ground::parse_number(options.rate);
  if (!rate || *rate < 0.1 || *rate > 1000) return Failure{FailureKind::unsupported, "--rate: write packets a second, 0.1 to 1000"};
  out.pause = std::chrono::duration_cast<Duration>(std::chrono::duration<double>{1 / *rate});
  const auto timeout = ground::parse_duration(options.timeout);
  if (!timeout) return Failure{FailureKind::unsupported, "--timeout: write a number and its unit, such as 2s"};
  out.timeout = *timeout;
  if (!options.v3_file.empty()) {
    out.credential = credential_of(options.v3_file);
    if (!out.credential) return Failure{FailureKind::machine, "no credential to ask with"};
  }
  if (options.community_file.empty()) return out;
  auto secret = drivers::read_secret(options.community_file);
  if (!secret) return secret.error();
  out.community = *std::move(secret);
  return out;
}

/// ups-192-0-2-11 would be a guess; what it is stands behind it as a comment.
std::string name_of(const std::string& address) {
  auto out = "snmp-" + address;
  for (char& c : out)
    if (c == '.') c = '-';
  return out;
}

void print_one(const Search& search, const profile::Library& library, const Found& found) {
  const auto port = search.port == 161 ? std::string{} : ":" + std::to_string(search.port);
  const auto url = "snmp://" + found.address + port;
  const auto vendor = library.vendor(found.object_id);
  if (search.json) {
    ground::JsonWriter json;
    json.begin_object().field("url", url).field("vendor", vendor).field("sys_object_id", found.object_id.text());
    json.field("sys_descr", found.description).end_object();
    std::cout << json.take() << std::endl;
    return;
  }
  auto secret = search.community_file.empty() ? std::string{} : ", community_file: " + search.community_file;
  if (search.credential) secret = ", v3_file: " + search.v3_file;
  std::cout << "  " << name_of(found.address) << ": {url: " << url << secret << "}  # " << vendor << (vendor.empty() ? "" : ", ")
            << ground::printable(found.description) << std::endl;
}

/// The range's hosts: without network and broadcast address where it has them.
std::vector<asio::ip::address_v4> hosts_of(const asio::ip::network_v4& range) {
  std::vector<asio::ip::address_v4> out;
  if (range.prefix_length() >= 31) {
    const auto first = range.network().to_uint(), count = range.prefix_length() == 32 ? 1u : 2u;
    for (std::uint32_t i = 0; i < count; ++i) out.push_back(asio::ip::make_address_v4(first + i));
  } else {
    for (const auto& host : range.hosts()) out.push_back(host);
  }
  return out;
}

class Scan {
 public:
  Scan(asio::io_context& loop, const Search& search, const profile::Library& library)
      : loop_{loop}, search_{search}, library_{library}, client_{loop, seed_}, v3_{loop, seed_} {}

  /// Done when the last address had its time.
  asio::awaitable<void> all() {
    asio::steady_timer pause{loop_};
    const auto hosts = hosts_of(search_.range);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t asked = 0; asked < hosts.size();) {
      asio::co_spawn(loop_, ask(hosts[asked]), asio::detached);
      tell(++asked, hosts.size());
      // An answer over SNMPv3 takes two packets or three: they are waited for, too.
      for (auto due = due_at(began, asked); due > std::chrono::steady_clock::now(); due = due_at(began, asked)) {
        pause.expires_at(due);
        co_await pause.async_wait(asio::use_awaitable);
      }
    }
    pause.expires_after(search_.timeout);
    co_await pause.async_wait(asio::use_awaitable);
    loop_.stop();  // the client's socket would listen for ever
  }
  [[nodiscard]] std::size_t found() const { return found_; }
  /// Engines that answered, whether they took us in or not.
  [[nodiscard]] std::uint64_t engines() const { return v3_.counters().discoveries; }

 private:
  using Moment = std::chrono::steady_clock::time_point;
  /// When what was sent so far has had its time.
  [[nodiscard]] Moment due_at(Moment began, std::size_t asked) const {
    const auto sent = std::max<std::uint64_t>(asked, v3_.counters().sent);
    return began + search_.pause * static_cast<std::int64_t>(sent);
  }

  void tell(std::size_t asked, std::size_t of) const {
    if (::isatty(STDERR_FILENO) == 0) return;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(search_.pause * static_cast<std::int64_t>(of - asked)).count();
    std::cerr << "\r" << asked << " of " << of << " asked, " << found_ << " answered";
    if (left >= 60) std::cerr << ", " << left / 60 << " min left";
    std::cerr << " \033[K" << std::flush;
  }

  asio::awaitable<void> ask(asio::ip::address_v4 host) {
    const asio::ip::udp::endpoint address{host, search_.port};
    std::unique_ptr<snmp::Asker> asker;
    if (search_.credential)
      asker = std::make_unique<v3::Session>(v3_, v3::Session::Settings{.address = address, .credential = search_.credential});
    else
      asker = std::make_unique<snmp::CommunityAsker>(client_, snmp::Peer{.address = address, .community = search_.community});
    const std::vector<Oid> names{Oid{{1, 3, 6, 1, 2, 1, 1, 1, 0}}, Oid{{1, 3, 6, 1, 2, 1, 1, 2, 0}}};
    snmp::Inquiry inquiry{.version = search_.credential ? snmp::Version::v3 : search_.version,
                          .names = names,
                          .deadline = ground::clock::now() + search_.timeout,
                          .resend_after = {}};
    const auto reply = co_await asker->ask(inquiry);
    if (!reply) co_return;
    Found found{.address = host.to_string(), .description = {}, .object_id = {}};
    for (const auto& varbind : reply->response.varbinds) {
      auto value = decode_value(varbind.value);
      if (value.kind == snmp::Value::Kind::text) found.description = value.text.substr(0, 255);  // RFC 3418: no longer
      if (value.kind == snmp::Value::Kind::oid) found.object_id = std::move(value.oid);
    }
    ++found_;
    if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
    print_one(search_, library_, found);
  }

  asio::io_context& loop_;
  const Search& search_;
  const profile::Library& library_;
  std::uint32_t seed_ = static_cast<std::uint32_t>(ground::clock::now().time_since_epoch().count());
  snmp::Client client_;
  v3::Client v3_;
  std::size_t found_ = 0;
};

std::string nobody(const Search& search, std::uint64_t engines) {
  if (engines > 0) return std::to_string(engines) + " engines answered and none takes this user";
  if (search.credential) return "nobody answered over SNMPv3";
  return "nobody answered; another community, SNMPv3 only (--v3-file), or v1 only (--snmp-version 1)?";
}

}  // namespace

int scan(const ScanOptions& options) {
  const auto search = search_of(options);
  if (!search) return complain(search.error().what);
  ground::Problems problems;
  const auto library = load_profiles(profile::default_folders(), problems);
  asio::io_context loop{1};
  Scan scan{loop, *search, *library};
  if (!search->json) std::cout << "devices:" << std::endl;
  asio::co_spawn(loop, scan.all(), asio::detached);
  loop.run();
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
  if (scan.found() == 0) std::cerr << "holdup scan: " << nobody(*search, scan.engines()) << '\n';
  if (scan.found() > 0 && !search->json && search->community_file.empty() && search->community != "public")
    std::cerr << "holdup scan: put the community into a file of mode 600 and name it there: community_file: FILE\n";
  return scan.found() > 0 ? fine : cannot_know;
}

}  // namespace holdup::cli
