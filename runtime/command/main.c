/* main() of compiled executables. The linker gives the pipeline this name. */
#include "convoy/command.h"

extern const convoy_pipeline convoy_program_pipeline;

int main(int argc, char** argv) { return convoy_command(&convoy_program_pipeline, argc, argv); }
