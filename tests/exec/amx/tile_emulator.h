// Machine code with tiles, executed on processors that have none: tests only. Each instruction of AMX-TILE,
// AMX-BF16 and AMX-INT8 that the processor refuses is carried out in software, with the tiles of its thread.
#pragma once
#include "target/target.h"

namespace convoy::amx {

enum class Tiles {
  Hardware, // the processor has the unit, and the system lets this process use it
  Emulated,
  None // neither: the unit is refused, or the processor lacks AVX-512, which Convoy's code with tiles wants
};

// Makes code with tiles run in this process, once; the same answer from then on.
Tiles installTileEmulator();

// This processor and the unit, whether it has one or not. Only where installTileEmulator says that it runs.
Target targetWithTiles();

} // namespace convoy::amx
