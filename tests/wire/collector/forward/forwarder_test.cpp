#include "collector/forward/forwarder.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "authority.hpp"
#include "catch.hpp"
#include "receiver.hpp"
#include "unit/collector/forward/memory_source.hpp"

using namespace holdup;
using namespace holdup::forward;
using namespace std::chrono_literals;
using test::good;
using test::Heard;
using test::Receiver;
using test::Reply;
using Manner = Reply::Manner;

namespace {

/// Notes of a forwarder; waiting ends with what it says or does, or after a time that only a hang takes.
class Ear {
 public:
  Say say() {
    return [this](const Note& note) {
      const std::lock_guard lock{mutex_};
      all_ += note.text + "\n";
      changed_.notify_all();
    };
  }
  std::string all() {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  template <class Condition>
  bool wait(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    std::unique_lock lock{mutex_};
    while (std::chrono::steady_clock::now() < limit) {
      lock.unlock();
      if (condition()) return true;
      lock.lock();
      changed_.wait_for(lock, 5ms);
    }
    return false;
  }
  bool hears(const std::string& text) {
    return wait([&] { return all().find(text) != std::string::npos; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string all_;
};

Target target_at(unsigned short port, const std::string& scheme = "http", const std::string& host = "127.0.0.1") {
  Target target;
  target.name = "t";
  target.timeout = 5s;
  take_url(scheme + "://" + host + ":" + std::to_string(port) + "/api/v1/write?tenant=a", target);
  return target;
}

/// A store with `commits` of three series; what a receiver must hold of it.
struct Work {
  explicit Work(int commits) {
    for (const char* name : {"a", "b", "c"}) rows.push_back(source->name(name));
    record_more(commits);
  }
  void record_more(int commits) {
    for (const int end = next + commits; next < end; ++next) {
      test::MemorySource::Commit commit;
      for (const auto row : rows) commit.push_back({row, {good(next * 1000, next * 0.1)}});
      source->add(std::move(commit));
      for (const char* name : {"a", "b", "c"})
        whole[std::string{"__name__="} + name + ",device=pdu-a,rack=r12"].push_back({next * 1000, bits_of(next * 0.1)});
    }
  }
  [[nodiscard]] bool arrived(const Receiver& receiver) const { return receiver.held() == whole; }

  // Kept by the forwarder from when it is made.
  std::unique_ptr<test::MemorySource> owned = std::make_unique<test::MemorySource>();
  test::MemorySource* source = owned.get();
  std::vector<std::int64_t> rows;
  test::Held whole;
  int next = 1;
};

std::vector<Target> with_history(Target target) {
  target.history = true;
  return {std::move(target)};
}

Reply ok(const Heard&, int) { return {}; }

/// Name servers that do not answer for "slow.example" until they are let.
struct DeadNames {
  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false, let = false, answered = false;
} dead_names;

int look_up_slowly() {
  std::unique_lock lock{dead_names.mutex};
  dead_names.asked = true;
  dead_names.changed.notify_all();
  dead_names.changed.wait_for(lock, 20s, [] { return dead_names.let; });
  dead_names.answered = true;
  dead_names.changed.notify_all();
  return EAI_AGAIN;
}

/// An address that swallows connections: a listener whose queue is full.
class Swallower {
 public:
  Swallower(const char* address, unsigned short port) {
    sockaddr_in at{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = ::inet_addr(address)}, .sin_zero = {}};
    const auto* name = reinterpret_cast<const sockaddr*>(&at);
    REQUIRE(::bind(listener_, name, sizeof at) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    REQUIRE(::connect(filler_, name, sizeof at) == 0);
  }
  Swallower(const Swallower&) = delete;
  Swallower& operator=(const Swallower&) = delete;
  ~Swallower() {
    ::close(filler_);
    ::close(listener_);
  }

 private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int filler_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace

/// In the place of the C library's: "two.example" has two addresses.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** list) {
  const std::string_view name = host != nullptr ? host : "";
  if (name == "slow.example") return look_up_slowly();
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name != "two.example") return real(host, service, hints, list);
  const int first = real("127.0.0.2", service, hints, list);
  return first != 0 ? first : real("127.0.0.1", service, hints, &(*list)->ai_next);
}

TEST_CASE("a request bears what remote write 1.0 demands, over one kept connection") {
  Receiver receiver{ok};
  Work work{5000};
  auto target = target_at(receiver.port());
  target.authorization = basic_authorization("rack", "open sesame");
  Ear ear;
  Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  CHECK(receiver.connections() == 1);
  const auto heard = receiver.heard();
  REQUIRE(heard.size() >= 7);
  for (const Heard& one : heard) {
    CHECK(one.target == "/api/v1/write?tenant=a");
    CHECK(one.headers.at("content-encoding") == "snappy");
    CHECK(one.headers.at("content-type") == "application/x-protobuf");
    CHECK(one.headers.at("x-prometheus-remote-write-version") == "0.1.0");
    CHECK_THAT(one.headers.at("user-agent"), ContainsSubstring("holdup/"));
    CHECK(one.headers.at("authorization") == "Basic cmFjazpvcGVuIHNlc2FtZQ==");
    CHECK(one.headers.at("host") == "127.0.0.1:" + std::to_string(receiver.port()));
  }
  CHECK(ear.wait([&] { return forwarder.figures({}).front().samples == 15'000 && !forwarder.figures({}).front().waiting_since; }));
  CHECK(forwarder.figures({}).front().up);
}

TEST_CASE("what is recorded later is sent soon") {
  Receiver receiver{ok};
  Work work{3};
  Ear ear;
  Forwarder forwarder{with_history(target_at(receiver.port())), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  work.record_more(2);
  CHECK(ear.wait([&] { return work.arrived(receiver); }));
}

TEST_CASE("a receiver that misbehaves gets everything once it behaves") {
  const auto reply = GENERATE(
      Reply{.status = 500}, Reply{.status = 503, .body = "busy"}, Reply{.status = 429, .headers = "Retry-After: 1\r\n"},
      Reply{.status = 302, .headers = "Location: /elsewhere\r\n"}, Reply{.status = 500, .close = true}, Reply{.manner = Manner::reset},
      Reply{.manner = Manner::half_header}, Reply{.manner = Manner::garbage}, Reply{.manner = Manner::interim});
  Receiver receiver{[&](const Heard&, int before) { return before < 2 ? reply : Reply{}; }};
  Work work{20};
  Ear ear;
  Forwarder forwarder{with_history(target_at(receiver.port())), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  CHECK(ear.hears("samples wait"));
  CHECK(ear.wait([&] { return forwarder.figures({}).front().retries >= (reply.headers.starts_with("Retry-After") ? 1 : 2); }));
  CHECK(forwarder.figures({}).front().set_aside == 0);
  const auto heard = receiver.heard();
  CHECK(test::text(heard.at(0).series.at(0).labels) == test::text(heard.at(1).series.at(0).labels));
  CHECK(heard.at(0).series.at(0).samples == heard.at(1).series.at(0).samples);
}

TEST_CASE("a status is heard although its body never ends, or never comes") {
  const auto manner = GENERATE(Manner::endless_body, Manner::silent_body);
  Receiver receiver{[&](const Heard&, int before) { return before == 0 ? Reply{.status = 400, .manner = manner} : Reply{}; }};
  Work work{1};
  auto target = target_at(receiver.port());
  target.timeout = 1s;
  target.max_samples = 1;
  Ear ear;
  Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return receiver.held().size() == 2; }));
  CHECK(ear.wait([&] { return forwarder.figures({}).front().set_aside == 1; }));
  CHECK(receiver.heard().size() == 3);
}

TEST_CASE("a receiver that does not answer is asked anew when the time is over") {
  Receiver receiver{[&](const Heard&, int before) { return before == 0 ? Reply{.manner = Manner::mute} : Reply{}; }};
  Work work{1};
  auto target = target_at(receiver.port());
  target.timeout = 1s;
  Ear ear;
  Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  CHECK_THAT(ear.all(), ContainsSubstring("no answer in time"));
}

TEST_CASE("a receiver that closes behind each answer costs a connection each, nothing more") {
  Receiver receiver{[&](const Heard&, int before) { return Reply{.headers = {}, .close = before % 2 == 0}; }};
  Work work{40};
  auto target = target_at(receiver.port());
  target.max_samples = 30;
  Ear ear;
  Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  CHECK(receiver.heard().size() == 4);
  CHECK(forwarder.figures({}).front().retries == 0);
}

TEST_CASE("a kept connection that the receiver closes while nothing is sent is no failure") {
  auto receiver = std::make_unique<Receiver>(ok);
  const auto port = receiver->port();
  Work work{1};
  Ear ear;
  Forwarder forwarder{with_history(target_at(port)), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(*receiver) && forwarder.figures({}).front().samples == 3; }));
  receiver.reset();
  receiver = std::make_unique<Receiver>(ok, test::Certificate{}, port);
  work.whole.clear();
  work.record_more(1);
  CHECK(ear.wait([&] { return work.arrived(*receiver) && forwarder.figures({}).front().samples == 6; }));
  CHECK(forwarder.figures({}).front().retries == 0);
}

TEST_CASE("one series that is refused is set aside with the receiver's words, printable, the others arrive") {
  Receiver receiver{[](const Heard& heard, int) {
    for (const auto& series : heard.series)
      if (series.labels.front().second == "b") return Reply{.status = 400, .body = "no \x1b[2J for " + std::string(500, 'x')};
    return Reply{};
  }};
  Work work{4};
  work.whole.erase("__name__=b,device=pdu-a,rack=r12");
  Ear ear;
  Forwarder forwarder{with_history(target_at(receiver.port())), std::move(work.owned), ear.say()};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  REQUIRE(ear.hears("4 samples set aside, the first: {__name__=\"b\""));
  CHECK_THAT(ear.all(), ContainsSubstring("400 no \xEF\xBF\xBD[2J for xxx"));
  CHECK(ear.all().find(std::string(200, 'x')) == std::string::npos);
  CHECK(forwarder.figures({}).front().set_aside == 4);
  CHECK(forwarder.figures({}).front().samples == 8);
}

TEST_CASE("several targets go each its own pace") {
  Receiver well{ok}, ill{[](const Heard&, int) { return Reply{.manner = Manner::mute}; }};
  Work work{10};
  auto first = with_history(target_at(ill.port())).front(), second = with_history(target_at(well.port())).front();
  second.name = "u";
  second.labels = {{"site", "fra1"}};
  test::Held whole;
  for (const auto& [labels, samples] : work.whole) whole[labels + ",site=fra1"] = samples;
  Ear ear;
  Forwarder forwarder{{first, second}, std::move(work.owned), ear.say()};
  CHECK(ear.wait([&] { return well.held() == whole; }));
  CHECK(ear.wait([&] { return forwarder.figures({}).back().samples == 30; }));
  CHECK(forwarder.figures({}).front().samples == 0);
  CHECK(forwarder.figures({}).front().waiting_since);
}

TEST_CASE("over TLS the receiver's certificate is held up to the site's authority and to its name") {
  test::Authority ours{"ours"}, another{"another"};
  const auto right = ours.issue("server", "IP:127.0.0.1,DNS:localhost"), wrong_name = ours.issue("wrong", "DNS:elsewhere.example");
  const auto us = ours.issue("client", "DNS:rack");
  Work work{3};
  Ear ear;
  SECTION("right") {
    const auto host = GENERATE("127.0.0.1", "localhost");
    Receiver receiver{ok, {right.certificate_file, right.key_file}};
    auto target = target_at(receiver.port(), "https", host);
    target.ca_pem = test::text_of_file(ours.file());
    REQUIRE(check_pem(target));
    Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
    CHECK(ear.wait([&] { return work.arrived(receiver); }));
  }
  SECTION("with our own certificate where the receiver wants one") {
    Receiver receiver{ok, {right.certificate_file, right.key_file, ours.file()}};
    auto target = target_at(receiver.port(), "https");
    target.ca_pem = test::text_of_file(ours.file());
    target.cert_pem = test::text_of_file(us.certificate_file);
    target.key_pem = test::text_of_file(us.key_file);
    REQUIRE(check_pem(target));
    Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
    CHECK(ear.wait([&] { return work.arrived(receiver); }));
  }
  SECTION("wrong") {
    const bool name = GENERATE(false, true);
    const auto& served = name ? wrong_name : right;
    Receiver receiver{ok, {served.certificate_file, served.key_file}};
    auto target = target_at(receiver.port(), "https");
    target.ca_pem = test::text_of_file(name ? ours.file() : another.file());
    Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
    CHECK(ear.hears("certificate verify failed"));
    CHECK(ear.wait([&] { return forwarder.figures({}).front().retries >= 3; }));
    CHECK(receiver.heard().empty());
  }
  SECTION("not trusted by the system either") {
    Receiver receiver{ok, {right.certificate_file, right.key_file}};
    Forwarder forwarder{with_history(target_at(receiver.port(), "https")), std::move(work.owned), ear.say()};
    CHECK(ear.hears("certificate verify failed"));
    CHECK(receiver.heard().empty());
  }
}

TEST_CASE("what is no PEM is said before anything is sent") {
  test::Authority ours{"ours"};
  const auto us = ours.issue("client", "DNS:rack"), other = ours.issue("other", "DNS:rack");
  Target target;
  target.tls = true;
  target.ca_pem = "no certificate";
  CHECK_THAT(check_pem(target).error().what, ContainsSubstring("ca_file"));
  target.ca_pem = test::text_of_file(ours.file());
  target.cert_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  target.key_pem = test::text_of_file(other.key_file);
  CHECK_THAT(check_pem(target).error().what, ContainsSubstring("cert_file"));
  target.cert_pem = test::text_of_file(us.certificate_file);
  CHECK_THAT(check_pem(target).error().what, ContainsSubstring("key_file"));
}

TEST_CASE("stopping does not wait for a receiver") {
  Receiver receiver{[](const Heard&, int) { return Reply{.manner = Manner::mute}; }};
  Work work{1};
  auto target = target_at(receiver.port());
  target.timeout = 300s;
  Ear ear;
  auto forwarder = std::make_unique<Forwarder>(with_history(target), std::move(work.owned), ear.say());
  REQUIRE(ear.wait([&] { return receiver.heard().size() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  forwarder.reset();
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("stopping does not wait for name servers") {
  Work work{1};
  Ear ear;
  auto forwarder = std::make_unique<Forwarder>(with_history(target_at(1, "http", "slow.example")), std::move(work.owned), ear.say());
  std::unique_lock lock{dead_names.mutex};
  REQUIRE(dead_names.changed.wait_for(lock, 20s, [] { return dead_names.asked; }));
  lock.unlock();
  const auto began = std::chrono::steady_clock::now();
  forwarder.reset();
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  lock.lock();
  dead_names.let = true;
  dead_names.changed.notify_all();
  CHECK(dead_names.changed.wait_for(lock, 20s, [] { return dead_names.answered; }));
}

TEST_CASE("an address that swallows connections does not hide the next one of its name") {
  Receiver receiver{ok};
  const Swallower first{"127.0.0.2", receiver.port()};
  Work work{1};
  auto target = target_at(receiver.port(), "http", "two.example");
  target.timeout = 2s;
  Ear ear;
  Forwarder forwarder{with_history(target), std::move(work.owned), ear.say()};
  CHECK(ear.wait([&] { return work.arrived(receiver); }));
}

TEST_CASE("a wish to be left alone for ages is heard as far as it goes") {
  const auto wish = GENERATE("Fri, 31 Dec 9999 23:59:59 GMT", "99999999999999999999", "86400");
  Receiver receiver{[&](const Heard&, int before) {
    return before == 0 ? Reply{.status = 503, .headers = std::string{"Retry-After: "} + wish + "\r\n"} : Reply{};
  }};
  Work work{1};
  Ear ear;
  const auto began = std::chrono::steady_clock::now();
  Forwarder forwarder{with_history(target_at(receiver.port())), std::move(work.owned), ear.say(), Pump::Limits{.longest_wish = 1s}};
  REQUIRE(ear.wait([&] { return work.arrived(receiver); }));
  CHECK(std::chrono::steady_clock::now() - began >= 1s);
}
