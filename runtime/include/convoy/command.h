/* The command line of compiled executables, also used by `convoy run`. */
#ifndef CONVOY_COMMAND_H
#define CONVOY_COMMAND_H
#include "convoy/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a pipeline as a program: reads pictures and .npy files, runs, writes. Returns the exit status (0, 1,
 * 2). argv[0] is the name to show in messages. */
int convoy_command(const convoy_pipeline* pipeline, int argc, char** argv);

#ifdef __cplusplus
}
#endif
#endif
