// What AMX does: the tiles of one thread and the instructions on them, as Intel's manual documents them.
#pragma once
#include "tile_decoder.h"
#include <cstdint>

namespace convoy::amx {

// What the processor would raise instead of executing the instruction.
enum class Fault { None, InvalidOpcode, GeneralProtection };

class TileUnit {
public:
  // Reads and writes memory at the instruction's address.
  Fault execute(const TileInstruction& inst);
  bool configured() const { return config_.palette != 0; }

private:
  static constexpr int tiles = 8, mostRows = 16, rowBytes = 64;
  // As ldtilecfg reads it.
  struct Config {
    uint8_t palette, startRow, reserved[14];
    uint16_t bytesPerRow[tiles], noBytes[tiles];
    uint8_t rows[tiles], noRows[tiles];
  };
  static_assert(sizeof(Config) == 64);
  struct alignas(64) Tile {
    uint8_t row[mostRows][rowBytes];
  };

  void reset(const Config& config);
  Fault loadConfig(uint64_t address);
  void storeConfig(uint64_t address) const;
  bool isValid(int tile) const { return configured() && config_.rows[tile] != 0; }
  bool moves(int tile) const;
  bool multiplies(const TileInstruction& inst) const;
  void load(const TileInstruction& inst);
  void store(const TileInstruction& inst);
  void dotBytes(const TileInstruction& inst, bool leftSigned, bool rightSigned);
  void dotBf16(const TileInstruction& inst);
  // Bytes beyond a tile's shape are 0.
  void clearOutside(int tile);

  Config config_{};
  Tile tile_[tiles] = {};
};

} // namespace convoy::amx
