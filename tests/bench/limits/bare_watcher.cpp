#include <cstdint>
#include <iostream>
#include <stop_token>
#include <string>
#include <vector>

#include "alert_post.hpp"
#include "contact_relay.hpp"
#include "one_question.hpp"
#include "poll_loop.hpp"
#include "trap_relay.hpp"

// `bare-watcher`: the limit of `bench-detect` and `bench-contact`, a program of its own as whoever watches a rack is one. It does what it
// must and no more: learns of the loss, knows whose it is, and posts that.
namespace holdup::bench {
namespace {

constexpr unsigned off = 8;
const Arcs outlet_state{1, 3, 6, 1, 4, 1, 13742, 6, 5, 4, 3, 1, 3, 1, 1, 14};  // of outlet 1

struct Orders {
  AlertPost post;
  std::string element;  // whose loss it is
  std::vector<std::string> rest;

  [[nodiscard]] std::int64_t number(std::size_t at) const { return std::stoll(rest.at(at)); }
};

/// A line of stdin, the phase in nanoseconds, begins each watch.
template <class IsLost>
void watch(Orders& orders, const char* sign, IsLost is_lost) {
  const auto period = orders.number(0);
  for (std::int64_t phase = 0; std::cin >> phase;) {
    poll_until_lost(period, phase, is_lost);
    orders.post.send(orders.element.c_str(), sign);
  }
}

void relay_traps(Orders& orders) {
  const std::array<const char*, 2> outlets{"", orders.element.c_str()};
  const auto encoded = name(outlet_state);  // 06 LENGTH … outlet 14
  const auto* column = reinterpret_cast<const std::uint8_t*>(encoded.data()) + 2;
  const OutletTrapReader reader{column, encoded.size() - 4, static_cast<std::uint8_t>(outlet_state.back())};
  TrapRelay relay{[&](const std::uint8_t* datagram, std::size_t size) {
    const auto trap = reader.read(datagram, size);
    if (trap.outlet > 0 && trap.outlet < outlets.size() && trap.state == off) orders.post.send(outlets[trap.outlet], "trap: outlet off");
  }};
  std::cout << relay.port() << std::endl;
  relay.run(std::stop_token{});
}

void relay_contact(Orders& orders) {
  const ContactRelay relay{orders.rest.at(0), static_cast<unsigned>(orders.number(1)),
                           [&] { orders.post.send(orders.element.c_str(), "contact open"); }};
  std::cout << "ready" << std::endl;
  relay.run(std::stop_token{});
}

void ask_unit(Orders& orders) {
  const AlarmRegister unit{static_cast<std::uint16_t>(orders.number(1))};
  watch(orders, "AC_Not_OK", [&] { return unit.is_lost(); });
}

void ask_agent(Orders& orders) {
  auto agent = loopback(static_cast<std::uint16_t>(orders.number(2)));
  ::inet_pton(AF_INET, orders.rest.at(1).c_str(), &agent.sin_addr);
  OneVarbind outlet{agent, outlet_state, number(2, off)};
  watch(orders, "outlet off", [&] { return outlet.is_lost(); });
}

void run(const std::vector<std::string>& words) {
  const auto& way = words.at(0);
  Orders orders{.post = AlertPost{static_cast<std::uint16_t>(std::stoul(words.at(1)))},
                .element = words.at(2),
                .rest = {words.begin() + 3, words.end()}};
  if (way == "trap") return relay_traps(orders);
  if (way == "contact") return relay_contact(orders);
  if (way == "modbus") return ask_unit(orders);
  return ask_agent(orders);
}

}  // namespace
}  // namespace holdup::bench

// WAY LISTENER ELEMENT, and: trap · contact CHIP LINE · modbus PERIOD PORT · snmp PERIOD HOST PORT; periods in nanoseconds.
int main(int argc, char** argv) {
  try {
    holdup::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "bare-watcher: " << error.what() << '\n';
    return 1;
  }
}
