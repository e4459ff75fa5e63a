#pragma once

#include <functional>
#include <memory>
#include <string>

#include "drivers/snmp/asker.hpp"

// Another asker, with every question and what came of it told in a line: `holdup probe --explain`.
namespace holdup::snmp {

using Trace = std::function<void(const std::string& line)>;

class TracedAsker final : public Asker {
 public:
  TracedAsker(std::unique_ptr<Asker> asker, Trace trace) : asker_{std::move(asker)}, trace_{std::move(trace)} {}

  [[nodiscard]] std::span<const Version> versions() const override { return asker_->versions(); }
  [[nodiscard]] boost::asio::awaitable<ground::Result<Reply>> ask(Inquiry inquiry) override;
  void forget(const LateTaker& taker) override { asker_->forget(taker); }

 private:
  std::unique_ptr<Asker> asker_;
  Trace trace_;
};

}  // namespace holdup::snmp
