// How many threads this process may use. Apart from the pool so that it can be tested on made-up files.
#ifndef CONVOY_CORE_CPUS_H
#define CONVOY_CORE_CPUS_H
#include <stdint.h>

namespace convoy {

// Cores of the affinity mask, at least 1.
int32_t affinityThreads();

// The cgroup processor quota in whole threads, rounded up; 0 when there is none. membershipFile is
// /proc/self/cgroup, mount is /sys/fs/cgroup. Reads version 1 (cpu.cfs_quota_us) and version 2 (cpu.max) and
// takes the smallest quota on the way from the process's group up to the root.
int32_t quotaThreads(const char* membershipFile, const char* mount);

} // namespace convoy
#endif
