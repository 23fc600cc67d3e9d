/* One test on every backend: the reference, the CPU, and CUDA on emulated libraries. */
#ifndef AX_TEST_BACKENDS_H
#define AX_TEST_BACKENDS_H

#include "engine/op/backend.h"

/* Runs the test once for each backend; CUDA is skipped where this build has no plugin. Returns how many failed: the
   exit status of main. */
int backends_run(void (*test)(const ax_backend *));

#endif
