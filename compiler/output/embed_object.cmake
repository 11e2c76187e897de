# Writes OUTPUT, a C++ source with the bytes of the file OBJECT.
file(READ ${OBJECT} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"output/processor_object.h\"

namespace convoy {

const unsigned char processorObject[] = {
${bytes}};
const std::size_t processorObjectBytes = sizeof processorObject;

} // namespace convoy
")
