// Runs the ONNX backend tests through the real command: `convoy run MODEL --input ... --output ...` on the
// inputs that the test data gives, and compares what it writes. Inputs that the compiler must know, such as
// shapes, axes and limits, are given with -D; when a model is refused otherwise, all but the first are.
//   onnx_conformance --convoy PATH [--docs PAGE [--write]] [NAME...]
#include "cases.h"
#include "report.h"
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace convoy::onnx_tests {

namespace {

namespace fs = std::filesystem;

std::string shapeText(const std::vector<int64_t>& dims) {
  std::string text = "(";
  for (int64_t dim : dims) text += std::to_string(dim) + ",";
  return text + ")";
}

// float32, C order. A single number is an array of one.
void writeNpy(const std::string& path, std::vector<int64_t> dims, const std::vector<float>& numbers) {
  if (dims.empty()) dims = {1};
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shapeText(dims) + ", }";
  header += std::string(63 - (header.size() + 10) % 64, ' ') + "\n";
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\0", 8);
  const auto length = static_cast<uint16_t>(header.size());
  file.write(reinterpret_cast<const char*>(&length), 2);
  file << header;
  file.write(reinterpret_cast<const char*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size() * sizeof(float)));
}

// What the command wrote; nullopt: nothing that is float32.
std::optional<std::vector<float>> readNpy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  if (bytes.size() < 10 || bytes.find("'<f4'") == std::string::npos) return std::nullopt;
  uint16_t length;
  std::memcpy(&length, bytes.data() + 8, 2);
  const size_t from = 10 + length;
  std::vector<float> numbers((bytes.size() - from) / sizeof(float));
  std::memcpy(numbers.data(), bytes.data() + from, numbers.size() * sizeof(float));
  return numbers;
}

std::string quotedForShell(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// Numbers as -D takes them: whole ones in a list, others from a file.
std::string defined(const onnx::Tensor& tensor, const std::string& file) {
  if (const auto integers = isInteger(tensor.type) ? tensor.integers() : std::nullopt;
      integers && tensor.dims.size() <= 1) {
    if (tensor.dims.empty()) return std::to_string((*integers)[0]);
    std::string text = "[";
    for (size_t i = 0; i < integers->size(); ++i) text += (i ? "," : "") + std::to_string((*integers)[i]);
    return text + "]";
  }
  writeNpy(file, tensor.dims, tensor.floats());
  return file;
}

class Runner {
public:
  Runner(std::string convoy, std::string folder) : convoy_(std::move(convoy)), folder_(std::move(folder)) {}

  Outcome run(const Case& one) {
    if (!one.reason.empty()) return {Outcome::NotApplicable, ""};
    Outcome outcome = attempt(one, false);
    if (outcome.state == Outcome::Failed && refused_) outcome = attempt(one, true);
    return outcome;
  }

private:
  // `isKnown`: all inputs but the first are known when compiling.
  Outcome attempt(const Case& one, bool isKnown) {
    refused_ = false;
    auto model = onnx::readModel(one.folder + "/model.onnx");
    if (!model) return {Outcome::Failed, model.error().text};
    const std::string set = one.folder + "/test_data_set_0/";
    std::string command = quotedForShell(convoy_) + " run " + quotedForShell(one.folder + "/model.onnx") +
                          " --color=never --threads=1";
    size_t number = 0;
    bool isFirst = true;
    for (const onnx::ValueInfo& input : model->graph.inputs) {
      const std::string place = std::to_string(number++);
      auto tensor = onnx::readTensor(set + "input_" + place + ".pb");
      if (!tensor) {
        --number; // an input that has a value in the model
        continue;
      }
      const std::string file = folder_ + "/input_" + place + ".npy";
      const bool defines = isInteger(tensor->type) || (isKnown && !isFirst);
      if (defines) {
        command += " -D " + quotedForShell(input.name + "=" + defined(*tensor, file));
      } else {
        writeNpy(file, tensor->dims, tensor->floats());
        command += " --input " + quotedForShell(input.name + "=" + file);
        isFirst = false;
      }
    }
    for (size_t i = 0; i < model->graph.outputs.size(); ++i)
      command += " --output " + quotedForShell(model->graph.outputs[i].name + "=" + folder_ + "/output_" +
                                               std::to_string(i) + ".npy");
    const std::string messages = folder_ + "/messages";
    const int status = std::system((command + " >/dev/null 2>" + quotedForShell(messages)).c_str());
    if (status != 0) return failure(messages);
    for (size_t i = 0; i < model->graph.outputs.size(); ++i) {
      auto wanted = onnx::readTensor(set + "output_" + std::to_string(i) + ".pb");
      const auto got = readNpy(folder_ + "/output_" + std::to_string(i) + ".npy");
      if (!wanted || !got) return {Outcome::Failed, "there is no output " + std::to_string(i)};
      if (const std::string why = compare(wanted->floats(), *got); !why.empty())
        return {Outcome::Failed, why};
    }
    return {Outcome::Passed, ""};
  }

  // The first lines of what the command said.
  Outcome failure(const std::string& path) {
    std::ifstream file(path);
    std::string line, text;
    while (std::getline(file, line) && text.size() < 400) {
      if (line.find("error[") == 0 || line.find("= note") != std::string::npos)
        text += (text.empty() ? "" : " ") + line;
    }
    refused_ = text.find("E0442") != std::string::npos;
    return {Outcome::Failed, text.empty() ? "the command fails and says nothing" : text};
  }

  // As the backend tests of ONNX compare.
  static std::string compare(const std::vector<float>& wanted, const std::vector<float>& got) {
    constexpr float relative = 1e-3f, absolute = 1e-7f;
    if (wanted.size() != got.size())
      return std::to_string(got.size()) + " numbers, not " + std::to_string(wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (std::isnan(wanted[i]) ? std::isnan(got[i]) : wanted[i] == got[i]) continue;
      if (std::fabs(wanted[i] - got[i]) <= absolute + relative * std::fabs(wanted[i])) continue;
      return "number " + std::to_string(i) + " is " + std::to_string(got[i]) + ", not " +
             std::to_string(wanted[i]);
    }
    return "";
  }

  std::string convoy_, folder_;
  bool refused_ = false;
};

int run(int count, char** arguments) {
  std::string convoy, docs;
  bool writes = false;
  std::vector<std::string> names;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--convoy" && i + 1 < count)
      convoy = arguments[++i];
    else if (argument == "--docs" && i + 1 < count)
      docs = arguments[++i];
    else if (argument == "--write")
      writes = true;
    else
      names.push_back(argument);
  }
  std::vector<Case> cases;
  for (Case& one : findCases(ONNX_TEST_DATA)) {
    bool wanted = names.empty();
    for (const std::string& name : names) wanted = wanted || one.name.find(name) != std::string::npos;
    if (wanted) cases.push_back(std::move(one));
  }
  std::vector<Outcome> outcomes(cases.size());
  const std::string folder =
      (fs::temp_directory_path() / ("convoy-onnx-" + std::to_string(getpid()))).string();
  std::atomic<size_t> next{0};
  auto work = [&](int worker) {
    const std::string own = folder + "/" + std::to_string(worker);
    fs::create_directories(own);
    Runner runner(convoy, own);
    for (size_t i; (i = next++) < cases.size();) outcomes[i] = runner.run(cases[i]);
  };
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 2; ++worker) workers.emplace_back(work, worker);
  for (std::thread& worker : workers) worker.join();
  fs::remove_all(folder);

  int passed = 0, failed = 0, other = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    ++(outcomes[i].state == Outcome::Passed ? passed : outcomes[i].state == Outcome::Failed ? failed : other);
    if (outcomes[i].state == Outcome::Failed)
      std::printf("FAILED: %s/%s: %s\n", cases[i].suite.c_str(), cases[i].name.c_str(),
                  outcomes[i].why.c_str());
  }
  if (!docs.empty() && names.empty() && !pageHas(docs, tables(cases, outcomes), writes)) {
    std::printf(
        "FAILED: %s has other counts; onnx_conformance --convoy PATH --docs PAGE --write makes them new\n",
        docs.c_str());
    ++failed;
  }
  std::printf("%d not applicable\n%d passed, %d failed\n", other, passed, failed);
  return failed ? 1 : 0;
}

} // namespace

} // namespace convoy::onnx_tests

int main(int count, char** arguments) { return convoy::onnx_tests::run(count, arguments); }
