// A pipeline that is ready to run: code, packed parameters, threads. What Pipeline handles share.
#pragma once
#include "api/memory.h"
#include "api/session.h"
#include "convoy/pipeline.h"
#include <atomic>
#include <mutex>

namespace convoy::api {

// The hooks of a program; either may be null.
struct Hooks {
  std::shared_ptr<Executor> executor;
  std::shared_ptr<Allocator> allocator;
  int threads = 0; // of the pool, without an executor; 0: all cores
};

class Program {
public:
  Program(std::unique_ptr<Session> session, Hooks hooks);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Packs the parameters; once, before anything else.
  Status prepare();

  const convoy_pipeline& code() const { return code_; }
  Session& session() const { return *session_; }
  const void* prepared() const { return prepared_.data(); }
  Allocator* allocator() const { return hooks_.allocator.get(); }
  Executor* executor() const { return hooks_.executor.get(); } // the caller's, or null
  int threads() const { return threads_; }
  // The program's own threads, made by the first call; null (the calling thread alone) when there is no
  // memory.
  const convoy_executor* pool() const;

  size_t portCount() const { return static_cast<size_t>(code_.input_count + code_.output_count); }
  // Ports by number, inputs first.
  bool isInput(size_t port) const { return port < static_cast<size_t>(code_.input_count); }
  const convoy_port& port(size_t number) const {
    return isInput(number) ? code_.inputs[number]
                           : code_.outputs[number - static_cast<size_t>(code_.input_count)];
  }
  // A run-time scalar: one number, whose view has no dimensions, or one with an extent of 1.
  bool isScalar(size_t number) const { return isInput(number) && port(number).rank == 0; }
  // "input 'photo'"
  std::string called(size_t port) const;

  // As the public headers show them.
  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const std::vector<Layer>& layers() const { return layers_; }

private:
  std::unique_ptr<Session> session_;
  const convoy_pipeline& code_;
  Hooks hooks_;
  int threads_;
  Memory prepared_;
  std::vector<Port> inputs_, outputs_;
  std::vector<Layer> layers_;
  mutable std::mutex poolLock_;
  mutable std::atomic<convoy_pool*> pool_{nullptr};
};

// What the runtime says, as a status.
Status statusOf(int32_t status);
// With the names and numbers involved.
Status statusOf(const convoy_pipeline& code, const convoy_failure& failure);

} // namespace convoy::api
