#include "netsnmp_poller.hpp"

#include <net-snmp/net-snmp-config.h>
// net-snmp's headers need their configuration first
#include <net-snmp/library/large_fd_set.h>
#include <net-snmp/net-snmp-includes.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <stdexcept>

#include "pdu_162.hpp"

namespace holdup::bench {
namespace {

struct Session {
  void* handle = nullptr;
  int socket = -1;
  std::size_t question = 0;
  std::size_t* values = nullptr;
  std::size_t* under_way = nullptr;
};

int on_answer(int operation, netsnmp_session*, int, netsnmp_pdu* pdu, void* magic);

void ask(Session& session) {
  netsnmp_pdu* pdu = ::snmp_pdu_create(SNMP_MSG_GETBULK);
  pdu->non_repeaters = 0;
  pdu->max_repetitions = rows_of(session.question);
  for (std::uint32_t column = 1; column <= columns; ++column) {
    const auto arcs = asked(session.question, column);
    const std::vector<oid> name{arcs.begin(), arcs.end()};
    ::snmp_add_null_var(pdu, name.data(), name.size());
  }
  if (::snmp_sess_async_send(session.handle, pdu, on_answer, &session) == 0) throw std::runtime_error{"net-snmp cannot send"};
}

int on_answer(int operation, netsnmp_session*, int, netsnmp_pdu* pdu, void* magic) {
  auto& session = *static_cast<Session*>(magic);
  if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) return 1;  // poll() then waits in vain, and says so
  for (const auto* value = pdu->variables; value != nullptr; value = value->next_variable) ++*session.values;
  if (++session.question < questions)
    ask(session);
  else
    --*session.under_way;
  return 1;
}

}  // namespace

struct NetsnmpPoller::Parts {
  std::vector<Session> sessions;
  int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  netsnmp_large_fd_set ready;
  std::size_t values = 0, under_way = 0;
};

NetsnmpPoller::NetsnmpPoller(std::size_t devices, std::uint16_t port) : parts_{std::make_unique<Parts>()} {
  ::setenv("MIBS", "", 1);
  ::netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
  ::netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
  ::init_snmp("bench");
  ::netsnmp_large_fd_set_init(&parts_->ready, 65'536);
  NETSNMP_LARGE_FD_ZERO(&parts_->ready);
  parts_->sessions.resize(devices);
  for (std::size_t d = 0; d < devices; ++d) {
    const auto address = address_of(d, port);
    std::array<char, INET_ADDRSTRLEN> host;
    ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
    std::string peer = std::string{host.data()} + ":" + std::to_string(port), community = "public";
    netsnmp_session wanted;
    ::snmp_sess_init(&wanted);
    wanted.peername = peer.data();
    wanted.version = SNMP_VERSION_2c;
    wanted.community = reinterpret_cast<u_char*>(community.data());
    wanted.community_len = community.size();
    Session& session = parts_->sessions[d];
    session = {
        .handle = ::snmp_sess_open(&wanted), .socket = -1, .question = 0, .values = &parts_->values, .under_way = &parts_->under_way};
    if (session.handle == nullptr) throw std::runtime_error{"net-snmp opens no session " + std::to_string(d) + "; ulimit -n?"};
    session.socket = ::snmp_sess_transport(session.handle)->sock;
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &session}};
    ::epoll_ctl(parts_->epoll, EPOLL_CTL_ADD, session.socket, &event);
  }
}

NetsnmpPoller::~NetsnmpPoller() {
  for (const Session& session : parts_->sessions) ::snmp_sess_close(session.handle);
  ::netsnmp_large_fd_set_cleanup(&parts_->ready);
  ::close(parts_->epoll);
}

std::size_t NetsnmpPoller::poll() {
  auto& [sessions, epoll, ready, values, under_way] = *parts_;
  values = 0;
  std::size_t begun = 0;
  std::array<epoll_event, 256> events;
  while (begun < sessions.size() || under_way > 0) {
    for (; begun < sessions.size() && under_way < 256; ++begun, ++under_way) {
      sessions[begun].question = 0;
      ask(sessions[begun]);
    }
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 5000);
    if (count <= 0) throw std::runtime_error{"net-snmp lost an answer"};
    for (int i = 0; i < count; ++i) {
      auto& session = *static_cast<Session*>(events[static_cast<std::size_t>(i)].data.ptr);
      NETSNMP_LARGE_FD_SET(session.socket, &ready);
      ::snmp_sess_read2(session.handle, &ready);
      NETSNMP_LARGE_FD_CLR(session.socket, &ready);
    }
  }
  return values;
}

}  // namespace holdup::bench
