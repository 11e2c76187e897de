// The thread pool: static ranges, one caller at a time, the caller takes part.
//
// Each worker waits for an offer of its part, first spinning, then asleep on a condition variable. Whoever
// takes the offer runs the part: the caller too, once its own is done, so that small work never waits for a
// thread to wake up. Work of fewer units than two grains stays on the caller's thread. A caller that finds
// the pool busy (another thread's run, or a nested one) does its work alone: ranges never change results, and
// nobody ever waits for the pool, so nothing can deadlock.
//
// fork copies the pool's memory but none of its threads. A page that the kernel clears in the child tells the
// two apart; the child then works on its own thread.
#include "convoy/runtime.h"

#include <atomic>
#include <initializer_list>
#include <new>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr int32_t mostThreads = 1024;
constexpr int spinRounds = 4000; // some tens of microseconds: about what waking a sleeper costs

void pauseBriefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// A place to sleep until a condition on atomics holds. The sleeper announces itself before it looks again,
// and whoever changes the condition looks for sleepers afterwards; both in sequential order, so no wake-up is
// lost.
class Bed {
public:
  template <typename Condition> void waitUntil(Condition holds, int spins) {
    for (int i = 0; i < spins; ++i) {
      if (holds()) return;
      pauseBriefly();
    }
    pthread_mutex_lock(&mutex);
    asleep.store(true, std::memory_order_seq_cst);
    while (!holds()) pthread_cond_wait(&wake, &mutex);
    asleep.store(false, std::memory_order_seq_cst);
    pthread_mutex_unlock(&mutex);
  }

  // Call after the change that makes the condition hold.
  void rouse() {
    if (!asleep.load(std::memory_order_seq_cst)) return;
    pthread_mutex_lock(&mutex);
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
  }

  void destroy() {
    pthread_cond_destroy(&wake);
    pthread_mutex_destroy(&mutex);
  }

private:
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
  std::atomic<bool> asleep{false};
};

struct Job {
  void (*body)(void* context, int64_t begin, int64_t end);
  void* context;
  int64_t count;
  int32_t parts;

  // The part's contiguous share; the first ones are one longer when the count does not divide.
  void runPart(int32_t part) const {
    const int64_t share = count / parts, rest = count % parts;
    const int64_t begin = share * part + (part < rest ? part : rest);
    body(context, begin, begin + share + (part < rest ? 1 : 0));
  }
};

struct alignas(CONVOY_ALIGNMENT) Worker {
  std::atomic<bool> offer{false}; // there is a part to run, which nobody has taken yet
  Bed bed;
  convoy_pool* pool = nullptr;
  int32_t part = 0;
  pthread_t thread{};

  // True for one of those who try.
  bool take() { return offer.exchange(false, std::memory_order_seq_cst); }
};

// Knows whether the process is the one that made it.
class ForkMarker {
public:
  void create() {
    owner = getpid();
    bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    if (madvise(memory, bytes, MADV_WIPEONFORK) != 0) {
      munmap(memory, bytes);
      return;
    }
    page = static_cast<int*>(memory);
    *page = 1;
  }
  bool inOwner() const { return page ? *page == 1 : getpid() == owner; }
  void destroy() {
    if (page) munmap(page, bytes);
  }

private:
  int* page = nullptr; // null where the kernel cannot clear pages: then the process number decides
  size_t bytes = 0;
  pid_t owner = 0;
};

} // namespace

struct convoy_pool {
  convoy_executor executor{};
  Worker* workers = nullptr; // executor.threads - 1 of them
  ForkMarker marker;
  Job job{};
  int spins = 0;
  std::atomic<bool> ending{false};
  alignas(CONVOY_ALIGNMENT) std::atomic<bool> busy{false};
  alignas(CONVOY_ALIGNMENT) std::atomic<int32_t> pending{0};
  Bed caller;
};

namespace {

// The job stays as it is until its last part is done, so that who has taken an offer may look at it.
void runTaken(convoy_pool& pool, const Worker& worker) {
  pool.job.runPart(worker.part);
  if (pool.pending.fetch_sub(1, std::memory_order_seq_cst) == 1) pool.caller.rouse();
}

void* work(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  convoy_pool& pool = *worker.pool;
  for (;;) {
    worker.bed.waitUntil(
        [&] {
          return worker.offer.load(std::memory_order_seq_cst) || pool.ending.load(std::memory_order_seq_cst);
        },
        pool.spins);
    if (worker.take())
      runTaken(pool, worker);
    else if (pool.ending.load(std::memory_order_seq_cst))
      return nullptr;
  }
}

void offer(Worker& worker) {
  worker.offer.store(true, std::memory_order_seq_cst);
  worker.bed.rouse();
}

void parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
              int64_t grain) {
  if (count <= 0) return;
  convoy_pool& pool = *static_cast<convoy_pool*>(self);
  const int64_t worthwhile = grain > 1 ? count / grain : count;
  const int32_t parts = worthwhile < 1                       ? 1
                        : worthwhile < pool.executor.threads ? static_cast<int32_t>(worthwhile)
                                                             : pool.executor.threads;
  if (parts == 1 || !pool.marker.inOwner() || pool.busy.exchange(true, std::memory_order_acquire)) {
    body(context, 0, count);
    return;
  }
  pool.job = {body, context, count, parts};
  pool.pending.store(parts - 1, std::memory_order_relaxed);
  for (int32_t part = 1; part < parts; ++part) offer(pool.workers[part - 1]);
  pool.job.runPart(0);
  for (int32_t part = 1; part < parts; ++part)
    if (pool.workers[part - 1].take()) runTaken(pool, pool.workers[part - 1]);
  pool.caller.waitUntil([&] { return pool.pending.load(std::memory_order_seq_cst) == 0; }, pool.spins);
  pool.busy.store(false, std::memory_order_release);
}

// Starts up to `wanted` workers with signals blocked, so that handlers run on the program's own threads. What
// a thread does itself to be signalled, such as reading where nothing is, it cannot leave to others: with
// those blocked the program's handler would not even hear of it. Returns how many there are.
int32_t startWorkers(convoy_pool& pool, int32_t wanted) {
  sigset_t all, before;
  sigfillset(&all);
  constexpr int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (int fault : faults) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int32_t started = 0;
  for (; started < wanted; ++started) {
    Worker& worker = *new (&pool.workers[started]) Worker;
    worker.pool = &pool;
    worker.part = started + 1;
    if (pthread_create(&worker.thread, nullptr, work, &worker) != 0) break;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

} // namespace

convoy_pool* convoy_pool_create(int32_t threads) {
  const int32_t available = convoy_available_threads();
  if (threads <= 0) threads = available;
  if (threads > mostThreads) threads = mostThreads;
  void* memory = convoy_allocate(sizeof(convoy_pool));
  if (!memory) return nullptr;
  convoy_pool* pool = new (memory) convoy_pool;
  pool->workers = static_cast<Worker*>(convoy_allocate(int64_t{threads - 1} * sizeof(Worker)));
  if (!pool->workers) {
    convoy_release(memory);
    return nullptr;
  }
  pool->marker.create();
  // Spinning pays only while every thread has a core of its own.
  pool->spins = threads <= available ? spinRounds : 0;
  const int32_t workers = startWorkers(*pool, threads - 1);
  pool->executor = {parallel, pool, workers + 1};
  return pool;
}

void convoy_pool_destroy(convoy_pool* pool) {
  if (!pool) return;
  if (pool->marker.inOwner()) {
    const int32_t workers = pool->executor.threads - 1;
    pool->ending.store(true, std::memory_order_seq_cst);
    for (int32_t i = 0; i < workers; ++i) pool->workers[i].bed.rouse();
    for (int32_t i = 0; i < workers; ++i) {
      pthread_join(pool->workers[i].thread, nullptr);
      pool->workers[i].bed.destroy();
    }
    pool->caller.destroy();
  }
  pool->marker.destroy();
  convoy_release(pool->workers);
  convoy_release(pool);
}

const convoy_executor* convoy_pool_executor(convoy_pool* pool) { return pool ? &pool->executor : nullptr; }
