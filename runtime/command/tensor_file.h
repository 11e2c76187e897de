// Tensors from files and to files, as the ports of a pipeline want them.
#ifndef CONVOY_COMMAND_TENSOR_FILE_H
#define CONVOY_COMMAND_TENSOR_FILE_H
#include "buffer.h"
#include "file.h"

namespace convoy::command {

// "image[rgb, H, W]", "tensor[3, _, _]" or "float = 0.5", with the names of sizes that the script gives: all
// but those that are called after a port ("photo.H"). sizeNames may be null.
std::string portType(const convoy_port& port, const char* const* sizeNames);

// Reads a PNG, JPEG, PPM/PGM or .npy file (told apart by content) for the port. Pictures are converted to the
// port's channels; a float32 .npy is C, H, W, a uint8 one H, W, C, each with or without a batch dimension
// before it. Errors are whole sentences. Extents are not compared with the port's: convoy_bind_sizes does
// that.
// Images of 8 bits stay bytes.
Result<Tensor> loadTensor(const convoy_port& port, const char* const* sizeNames, const std::string& path,
                          int64_t pixelLimit);

// The same in float32.
Result<Tensor> inFloats(Result<Tensor> tensor);

// A run-time scalar from what the command line says of it: a number, or the name of an .npy file that holds
// one. Errors are whole sentences.
Result<Tensor> loadScalar(const convoy_port& port, const std::string& text);
Result<Tensor> scalarTensor(float number);
// Of an input: a run-time scalar, which no file position stands for.
inline bool isScalar(const convoy_port& port) { return port.rank == 0; }

// The results among the outputs, which come first.
inline int32_t resultCount(const convoy_pipeline& pipeline) {
  return pipeline.output_count - pipeline.layer_count;
}

// Whether files of this name can be written at all; the error lists the formats.
Outcome checkOutputName(const std::string& path);

// Whether a file of this name holds a picture.
bool isPictureName(const std::string& path);

// Writes by extension: .png, .ppm, .pgm (8 bit) or .npy (float32, which must not be bytes).
Outcome saveTensor(const convoy_port& port, const Tensor& tensor, const std::string& path,
                   OutputFiles& files);

} // namespace convoy::command
#endif
