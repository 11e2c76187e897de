#include "cpus.h"

#include "convoy/runtime.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace convoy {
namespace {

// Reads a small file into text (always terminated); false when it cannot be read.
bool readFile(const char* path, char* text, size_t capacity) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  size_t length = 0;
  while (length + 1 < capacity) {
    const ssize_t got = read(file, text + length, capacity - 1 - length);
    if (got <= 0) break;
    length += static_cast<size_t>(got);
  }
  close(file);
  text[length] = 0;
  return true;
}

int32_t wholeThreads(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  const long long threads = (quota - 1) / period + 1;
  return threads > INT_MAX ? INT_MAX : static_cast<int32_t>(threads);
}

// Version 2: "max 100000" or "150000 100000".
int32_t unifiedQuota(const char* folder) {
  char path[PATH_MAX], text[128];
  if (snprintf(path, sizeof path, "%s/cpu.max", folder) >= static_cast<int>(sizeof path)) return 0;
  if (!readFile(path, text, sizeof text)) return 0;
  char* end = nullptr;
  const long long quota = strtoll(text, &end, 10);
  return end == text ? 0 : wholeThreads(quota, strtoll(end, nullptr, 10));
}

// Version 1: -1 in cpu.cfs_quota_us means no limit.
int32_t legacyQuota(const char* folder) {
  char path[PATH_MAX], quota[64], period[64];
  if (snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder) >= static_cast<int>(sizeof path)) return 0;
  if (!readFile(path, quota, sizeof quota)) return 0;
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  if (!readFile(path, period, sizeof period)) return 0;
  return wholeThreads(strtoll(quota, nullptr, 10), strtoll(period, nullptr, 10));
}

int32_t smallerQuota(int32_t a, int32_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

// The smallest quota of `group` and of the groups above it. In a container the group's path may not exist
// below the mount: then the mount itself, reached last, has the answer.
int32_t smallestQuota(const char* mount, const char* group, int32_t (*quotaOf)(const char* folder)) {
  char folder[PATH_MAX];
  const int length = snprintf(folder, sizeof folder, "%s%s", mount, group);
  if (length < 0 || length >= static_cast<int>(sizeof folder)) return quotaOf(mount);
  const size_t root = strlen(mount);
  int32_t smallest = 0;
  for (size_t end = static_cast<size_t>(length);; --end) {
    if (end != root && folder[end] != '/' && folder[end] != 0) continue;
    folder[end] = 0;
    smallest = smallerQuota(smallest, quotaOf(folder));
    if (end == root) return smallest;
  }
}

// Whether a comma-separated list of controllers has "cpu".
bool hasCpuController(const char* list) {
  while (true) {
    const size_t length = strcspn(list, ",");
    if (length == 3 && strncmp(list, "cpu", 3) == 0) return true;
    if (!list[length]) return false;
    list += length + 1;
  }
}

} // namespace

int32_t affinityThreads() {
  // Machines with more processors than cpu_set_t has bits need a larger mask: double until the kernel agrees.
  for (int processors = CPU_SETSIZE; processors <= (1 << 20); processors *= 2) {
    cpu_set_t* mask = CPU_ALLOC(processors);
    if (!mask) break;
    const size_t bytes = CPU_ALLOC_SIZE(processors);
    const bool known = sched_getaffinity(0, bytes, mask) == 0;
    const int count = known ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (known) return count < 1 ? 1 : count;
  }
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : static_cast<int32_t>(online);
}

int32_t quotaThreads(const char* membershipFile, const char* mount) {
  char text[8192];
  if (!readFile(membershipFile, text, sizeof text)) return 0;
  int32_t smallest = 0;
  char* lines = nullptr;
  // Lines are "number:controllers:path"; version 2 is "0::path".
  for (char* line = strtok_r(text, "\n", &lines); line; line = strtok_r(nullptr, "\n", &lines)) {
    char* controllers = strchr(line, ':');
    if (!controllers) continue;
    char* group = strchr(++controllers, ':');
    if (!group) continue;
    *group++ = 0;
    if (!*controllers) {
      smallest = smallerQuota(smallest, smallestQuota(mount, group, unifiedQuota));
    } else if (hasCpuController(controllers)) {
      char folder[PATH_MAX];
      if (snprintf(folder, sizeof folder, "%s/cpu", mount) < static_cast<int>(sizeof folder))
        smallest = smallerQuota(smallest, smallestQuota(folder, group, legacyQuota));
    }
  }
  return smallest;
}

} // namespace convoy

int32_t convoy_available_threads(void) {
  const int32_t cores = convoy::affinityThreads();
  const int32_t quota = convoy::quotaThreads("/proc/self/cgroup", "/sys/fs/cgroup");
  return quota > 0 && quota < cores ? quota : cores;
}
