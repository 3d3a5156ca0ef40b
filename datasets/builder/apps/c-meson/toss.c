#include "toss.h"

#include <stdio.h>

const char *toss(void) {
  unsigned char byte = 0;
  FILE *source = fopen("/dev/urandom", "rb");
  if (source) {
    if (fread(&byte, 1, 1, source) != 1) byte = 0;
    fclose(source);
  }
  return byte & 1 ? "heads" : "tails";
}
