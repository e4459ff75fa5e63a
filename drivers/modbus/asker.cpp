#include "drivers/modbus/asker.hpp"

#include "drivers/modbus/registers.hpp"

namespace holdup::modbus {
namespace {

/// More questions would only take the time of its neighbours.
bool ends_it(const ground::Result<Exchange>& answer) { return !answer || says_unreachable(answer->answer.exception); }

}  // namespace

boost::asio::awaitable<std::vector<ground::Result<Exchange>>> Asker::ask_all(std::vector<Question> questions, ground::Instant deadline) {
  std::vector<ground::Result<Exchange>> answers;
  answers.reserve(questions.size());
  for (const Question& question : questions) {
    if (!answers.empty() && ends_it(answers.back())) {
      auto before = answers.back();
      answers.push_back(std::move(before));
      continue;
    }
    auto answer = co_await ask(question, deadline);
    answers.push_back(std::move(answer));
  }
  co_return answers;
}

}  // namespace holdup::modbus
