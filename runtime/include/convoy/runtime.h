/* The C ABI between compiled pipelines, the runtime and whoever calls them.
 *
 * A compiled pipeline P exports a constant `P_pipeline` (below) and the functions it points to. It keeps no
 * state of its own: sizes, buffers, workspace and the executor come from the caller. (Code in several versions
 * remembers which one this processor runs: the first call finds out, and all go to that one.)
 *
 *   1. sizes: bind the run-time sizes from the input shapes (convoy_bind_sizes), then P_check them.
 *   2. prepare: once per process, pack the weights into a buffer of P_prepared_size() bytes.
 *   3. run: any number of times, from any number of threads, each with a workspace of its own.
 *
 * Tensors are float32, [batch][C][D][H][W] dense, scalars one float; any 4-byte aligned address will do. An
 * image may be 8 bits instead, [batch][H][W][C] dense, at any address: 0..255 stands for 0..1, and results
 * are rounded (NaN to 0, clamped to 0..1, times 255, half to even). The caller says so for each image of each
 * call. Sizes are in elements, lengths in bytes. Functions return a convoy_status. */
#ifndef CONVOY_ABI_H
#define CONVOY_ABI_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CONVOY_ABI_VERSION 8
#define CONVOY_ALIGNMENT 64 /* of workspace and prepared weights */
#define CONVOY_MAX_RANK 4   /* dimensions of one item, channels included */

typedef enum convoy_status {
  CONVOY_OK = 0,
  CONVOY_ERROR_SHAPE = 1,    /* rank or extents do not fit the pipeline; two uses of a size disagree */
  CONVOY_ERROR_CHECK = 2,    /* an entry check of the pipeline failed; see convoy_failure.check */
  CONVOY_ERROR_MEMORY = 3,   /* no memory, or a workspace smaller than needed */
  CONVOY_ERROR_ARGUMENT = 4, /* a null or misaligned pointer, a negative count */
  CONVOY_ERROR_OVERFLOW = 5, /* a width above 2^31 - 1, or a tensor larger than 2^47 bytes */
  CONVOY_ERROR_CPU = 6,      /* the processor lacks an instruction set that the code was compiled for */
  CONVOY_ERROR_WEIGHTS = 7,  /* the weights file is missing, damaged or of another pipeline */
  CONVOY_ERROR_ALIAS = 8,    /* the memory of an output overlaps that of an input or of another output */
  CONVOY_ERROR_LIMIT = 9     /* needs a workspace above convoy_pipeline.memory_limit */
} convoy_status;

/* What the memory of a tensor holds. */
typedef enum convoy_element {
  CONVOY_FLOAT32 = 0,
  CONVOY_UINT8 = 1 /* images only: those whose port has image_channels */
} convoy_element;

/* One dimension of an input: constants[i] when symbols[i] < 0, else the size numbered symbols[i].
 * An input of rank 0 is a run-time scalar: its pointer in convoy_call leads to one float for all items of the
 * batch, and constants and symbols are null. */
typedef struct convoy_port {
  const char* name;
  int32_t image_channels; /* 0: tensor; 1, 3, 4: image gray, rgb, rgba */
  int32_t rank;           /* dimensions of one item, channels first; 0: a scalar */
  const int64_t* constants;
  const int32_t* symbols; /* outputs: null, their extents come from P_check */
  int32_t has_default; /* of a scalar: what the script gives it when the caller does not; a caller of P_run */
  float default_value; /* always gives a pointer, perhaps to this */
} convoy_port;

/* A fact about the sizes that was not provable at compile time. */
typedef struct convoy_check {
  const char* message;  /* "conv 'gx' needs at least 7 rows" */
  const char* location; /* "edges.cvy:4:10" */
} convoy_check;

/* Runs body(context, begin, end) over disjoint ranges that cover 0..count, and returns when all are done.
 * Results never depend on how the range is cut. `grain`, at least 1: a range of fewer units takes less time
 * than handing it to another thread does. An executor may cut finer, but gains nothing by it. The eight bytes
 * before `context` are an int64_t: which of the pipeline's steps it is, or -1. */
typedef struct convoy_executor {
  void (*parallel)(void* self, void (*body)(void* context, int64_t begin, int64_t end), void* context,
                   int64_t count, int64_t grain);
  void* self;
  int32_t threads; /* how many ranges run at once, at least 1 */
} convoy_executor;

typedef struct convoy_call {
  const int64_t* sizes; /* the pipeline's run-time sizes, in its order */
  int64_t batch;        /* items; 0 is legal and does nothing */
  const void* const* inputs;
  void* const* outputs;
  const void* prepared; /* null when prepared_size is 0 */
  void* workspace;      /* CONVOY_ALIGNMENT aligned; null when no bytes are needed */
  int64_t workspace_bytes;
  const convoy_executor* executor; /* null: everything on the calling thread */
  const int32_t* elements; /* a convoy_element for each input, then for each output; null: all float32 */
} convoy_call;

/* What a call does in one or several calls of its executor: a kernel, a group of kernels that take turns, or a copy. */
typedef struct convoy_step {
  const char* name;      /* of its layers: "conv_1", "conv_1 to relu_3" */
  const char* algorithm; /* "window blocked 14x2" */
  const char* location;  /* in the script: "edges.cvy:4:10"; empty when nobody knows */
} convoy_step;

typedef struct convoy_steps {
  int64_t count;
  const convoy_step* steps;
} convoy_steps;

/* The table of a compiled pipeline, made by the compiler. */
typedef struct convoy_pipeline {
  uint32_t abi_version;
  int32_t input_count, output_count, size_count, check_count;
  int32_t version_count; /* of the code, each for other processors */
  int32_t layer_count; /* of the outputs, the last ones: layers that were kept to be looked at, and no results */
  const char* name;
  const convoy_port* inputs;
  const convoy_port* outputs;
  const char* const* size_names;
  const convoy_check* checks;
  /* What each version needs of the processor beyond what all of its architecture have, the best one first: a bit
   * for each instruction set. convoy_check_processor looks at it. */
  const uint64_t* versions;
  const void* weights; /* embedded parameters, float32 in script order; null when there are none or they lie
                          in a file */
  int64_t weights_bytes;
  /* XXH3 (128 bits, most significant byte first) of the parameters. It finds wrong and damaged files; it is
   * no protection against forged ones. */
  uint8_t weights_digest[16];
  const char* weights_file; /* the file's name without folder when `weights` are not embedded, else null */
  int64_t memory_limit;     /* of a workspace, in bytes: P_run refuses to need more; 0: there is none */
  /* Evaluates the checks and writes the extents of all outputs, one after another, channels first. Returns -1
   * when every check holds, else the number of the first one that does not. */
  int32_t (*check)(const int64_t* sizes, int64_t* output_extents);
  int64_t (*prepared_size)(void);
  int32_t (*prepare)(const void* weights, void* prepared);
  /* In bytes; -1 when the tensors would be too large to address. `elements` as in convoy_call. Above the limit only
   * when one thread and one item at a time need so much. */
  int64_t (*workspace_size)(const int64_t* sizes, int64_t batch, int32_t threads, const int32_t* elements);
  int32_t (*run)(const convoy_call* call);
  /* For profiles: the steps of each version of the code. Null: they are not known. */
  const convoy_steps* steps;
  /* Of each step of a call: how many multiply-adds, and how many bytes it reads and writes, each tensor once. Two
   * numbers for each. Returns 0. */
  int32_t (*work)(const int64_t* sizes, int64_t batch, int64_t* numbers);
} convoy_pipeline;

#ifdef __cplusplus
}
#endif
#endif

/* ---- helpers in the runtime library ---- */
#ifndef CONVOY_RUNTIME_H
#define CONVOY_RUNTIME_H

#ifdef __cplusplus
extern "C" {
#endif

/* What a convoy_status means. */
const char* convoy_status_string(int32_t status);

/* What went wrong, in numbers; convoy_failure_text makes a sentence of it. */
typedef struct convoy_failure {
  int32_t status;
  int32_t input; /* which input, or -1 */
  int32_t axis;  /* which of its dimensions, channels are 0; -1: the rank */
  int32_t check; /* which check, or -1; of CONVOY_ERROR_WEIGHTS: a convoy_weights_fault */
  int64_t expected, actual;
} convoy_failure;

/* shapes[i] points to the extents of input i (ranks[i] of them, without batch), each at least 1; a scalar has
 * none, and its pointer may be null. Fills sizes[size_count]; a size that no input has stays -1. failure may
 * be null. */
int32_t convoy_bind_sizes(const convoy_pipeline* pipeline, const int64_t* const* shapes, const int32_t* ranks,
                          int64_t* sizes, convoy_failure* failure);
/* Writes a sentence (always terminated) into text. */
void convoy_failure_text(const convoy_pipeline* pipeline, const convoy_failure* failure, char* text,
                         size_t capacity);

/* 64-byte aligned memory; null when there is none. bytes may be 0. */
void* convoy_allocate(int64_t bytes);
void convoy_release(void* memory);

/* A pool of worker threads with static ranges. threads <= 0: all cores that this process may use (affinity
 * and cgroup quota). It survives fork (the child runs on its own thread) and serves concurrent and nested
 * runs: one that finds the pool busy runs on its own thread. null when there is no memory. */
typedef struct convoy_pool convoy_pool;
/* At most 1024 threads; fewer than asked for when the system refuses to start them. */
convoy_pool* convoy_pool_create(int32_t threads);
void convoy_pool_destroy(convoy_pool* pool);
const convoy_executor* convoy_pool_executor(convoy_pool* pool);
int32_t convoy_available_threads(void);

/* ---- weights that lie in a file ---- */

typedef enum convoy_weights_fault {
  CONVOY_WEIGHTS_UNREADABLE = 0, /* actual: the errno value */
  CONVOY_WEIGHTS_NOT_A_FILE = 1, /* a folder, a device, a pipe */
  CONVOY_WEIGHTS_NO_HEADER = 2,  /* it does not begin as a weights file does */
  CONVOY_WEIGHTS_OF_ANOTHER = 3, /* a weights file, but of another pipeline or of other numbers */
  CONVOY_WEIGHTS_WRONG_SIZE = 4, /* bytes expected and found: it was cut off or appended to */
  CONVOY_WEIGHTS_DAMAGED = 5     /* its numbers are not those that were written */
} convoy_weights_fault;

/* Maps a file that `convoy build --external-weights` wrote, after a look at all of it, and gives its numbers
 * for P_prepare. It may be closed once P_prepare is done; until then nobody may write to it. failure may be
 * null. Returns CONVOY_OK, CONVOY_ERROR_WEIGHTS, CONVOY_ERROR_ARGUMENT or CONVOY_ERROR_MEMORY. */
typedef struct convoy_weights convoy_weights;
int32_t convoy_weights_open(const convoy_pipeline* pipeline, const char* path, convoy_weights** weights,
                            convoy_failure* failure);
const void* convoy_weights_data(const convoy_weights* weights);
void convoy_weights_close(convoy_weights* weights);

/* CONVOY_OK, or CONVOY_ERROR_CPU when this processor (or the operating system) lacks the instructions of every
 * version of the pipeline. Matrix tiles need the system's permission, which is asked for when a version has them. */
int32_t convoy_check_processor(const convoy_pipeline* pipeline);

/* The number of the first of `count` versions (as convoy_pipeline has them) that this processor runs, or -1. The
 * system gives the same answer to every call of a process and to its children; each call asks the processor anew. */
int32_t convoy_choose_version(const uint64_t* versions, int32_t count);

#ifdef __cplusplus
}
#endif
#endif
