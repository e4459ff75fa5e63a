#include "drivers/open/lines.hpp"

#include <algorithm>

#include "drivers/modbus/hosts.hpp"
#include "drivers/modbus/rtu/serial_line.hpp"
#include "drivers/modbus/rtu/stream.hpp"
#include "drivers/modbus/rtu/tap.hpp"

namespace holdup::drivers {
namespace {

std::string place_of(const Address& address) {
  return address.serial.path.empty() ? address.host + ' ' + std::to_string(address.port) : address.serial.path;
}

}  // namespace

Lines::Lines(boost::asio::any_io_executor executor) : executor_{std::move(executor)}, hosts_{std::make_unique<modbus::Hosts>(executor_)} {}

Lines::~Lines() = default;

std::shared_ptr<modbus::Asker> Lines::line(const Address& address) {
  if (address.protocol == Address::Protocol::modbus) return hosts_->to({boost::asio::ip::make_address(address.host), address.port});
  Shared& shared = shared_[place_of(address)];
  if (auto known = shared.asker.lock()) return known;
  if (!shared.figures) shared.figures = std::make_shared<rtu::Figures>();
  std::shared_ptr<modbus::Asker> made;
  if (address.serial.path.empty())
    made = std::make_shared<rtu::Stream>(executor_, address.host, address.port, shared.figures);
  else
    made = std::make_shared<rtu::SerialLine>(executor_, address.serial, shared.figures);
  shared.asker = made;
  return made;
}

std::shared_ptr<modbus::Asker> Lines::tap(const Address& address) {
  Shared& shared = shared_["tap of " + place_of(address)];
  if (auto known = shared.asker.lock()) return known;
  if (!shared.figures) shared.figures = std::make_shared<rtu::Figures>();
  const auto made = std::make_shared<rtu::Tap>(executor_, address.serial, shared.figures);
  shared.asker = made;
  return made;
}

void Lines::flush() { hosts_->flush(); }

void Lines::add_dropped(std::map<std::string, std::uint64_t>& dropped) const {
  for (const auto& [place, shared] : shared_)
    if (shared.figures) shared.figures->add_dropped(dropped);
  const auto hosts = hosts_->counters();
  dropped["modbus_late"] += hosts.late;
  dropped["modbus_cut"] += hosts.cut;
  for (std::size_t f = 0; f < hosts.faults.size(); ++f) {
    std::string name = "modbus_wrong_" + std::string{modbus::fault_names[f]};
    std::ranges::replace(name, ' ', '_');
    dropped[name] += hosts.faults[f];
  }
}

}  // namespace holdup::drivers
