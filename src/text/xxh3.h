#pragma once

// XXH3-64, compiled into its users: what is hashed here is short (a word, a
// name, a DOI), and a call into the library takes as long again as the hash.
// Include this, not <xxhash.h>, so that no source of a program differs.
#define XXH_INLINE_ALL
#include <xxhash.h>
