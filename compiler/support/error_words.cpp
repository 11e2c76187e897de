#include "support/error_words.h"
#include <cerrno>
#include <cstring>

namespace convoy {

std::string errorWords(int error) {
  switch (error) {
  case ENOENT: return "there is no such file or folder";
  case EACCES:
  case EPERM: return "permission denied";
  case EISDIR: return "it is a folder";
  case ENOTDIR: return "a part of the path is not a folder";
  case ENOSPC:
  case EDQUOT: return "no space is left";
  case EROFS: return "the file system is read-only";
  case ENAMETOOLONG: return "the name is too long";
  case EEXIST: return "it exists already";
  case ELOOP: return "its links lead in a circle";
  case EPIPE: return "nobody reads the other end";
  case EFBIG: return "the file would be too large";
  case EMFILE:
  case ENFILE: return "too many files are open";
  case ETXTBSY: return "it is a program that runs right now";
  default: return std::strerror(error);
  }
}

} // namespace convoy
